import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionQuery } from '../../../src/core/selector.ts'
import { engineBench, STORES } from '../../support/engine.ts'

/** What leads straight to a holder where names are kept in order. */
const NAMED = { kind: 'playback', resource: 'room', name: 'seat' } as const

for (const { name, open } of STORES) {
  test(`a name leads to its holder and to nobody else, whatever else is asked, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { sessions, env } = bench
    const over = await sessions.issue(NAMED)
    await sessions.end({ id: over.session.id })
    const holder = await sessions.issue({ ...NAMED, user: { id: 'ada' }, lifetime: '1m' })
    await sessions.issue({ ...NAMED, resource: 'hall' })
    await sessions.issue({ ...NAMED, kind: 'connection', user: { id: 'ada' } })
    await sessions.issue({ ...NAMED, realm: 'other' })

    const found = async (query: SessionQuery) =>
      (await sessions.list({ ...NAMED, ...query })).items.map(({ id }) => id)
    for (const sort of ['issued', 'active'] as const) {
      assert.deepEqual(await found({ sort }), [holder.session.id])
      assert.deepEqual(await found({ sort, userId: 'ada' }), [holder.session.id])
      assert.deepEqual(await found({ sort, userId: 'bob' }), [])
      assert.deepEqual(await found({ sort, resource: 'roo' }), [])
      assert.deepEqual(await found({ sort, issuedBefore: env.now() }), [])
      assert.deepEqual(await found({ sort, status: 'ended' }), [over.session.id])
      const both = await found({ sort, status: 'any' })
      assert.deepEqual(new Set(both), new Set([holder.session.id, over.session.id]))
    }
    assert.deepEqual(await sessions.count(NAMED), { count: 1, exact: true })
    assert.deepEqual(await sessions.count({ ...NAMED, resource: 'roo' }), { count: 0, exact: true })
    assert.deepEqual(await sessions.count({ ...NAMED, status: 'any' }), { count: 2, exact: true })
  })

  test(`a name leads to nobody once its holder has expired or everyone was ended, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { sessions, env } = bench
    const live = async () => (await sessions.list(NAMED)).items.length
    await sessions.issue({ ...NAMED, lifetime: '1m' })
    env.jump(60_000)
    assert.equal(await live(), 0)
    await sessions.issue(NAMED)
    assert.equal(await live(), 1)
    await sessions.end({ everyone: true })
    assert.equal(await live(), 0)
    await sessions.issue(NAMED)
    assert.equal((await sessions.end({ filter: NAMED })).ended, 1)
    assert.equal(await live(), 0)
  })

  test(`what is below a path is found, and nothing that only looks like it, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { sessions } = bench
    const over = await sessions.issue({ kind: 'playback', resource: 'b/over' })
    await sessions.end({ id: over.session.id })
    for (const resource of ['a', 'b/live', 'b/\u{10ffff}', 'b0', 'bé/x', 'b\u{1f600}/x'])
      await sessions.issue({ kind: 'playback', resource })
    const below = async (resourcePrefix: string, status: 'live' | 'ended' | 'any' = 'live') =>
      (await sessions.list({ resourcePrefix, status })).items.map(({ resource }) => resource).toSorted()
    assert.deepEqual(await below('b/'), ['b/live', 'b/\u{10ffff}'])
    assert.deepEqual(await below('b/', 'ended'), ['b/over'])
    assert.deepEqual(await below('b/', 'any'), ['b/live', 'b/over', 'b/\u{10ffff}'])
    assert.deepEqual(await below('a', 'ended'), [])
    assert.deepEqual(await below('bé/'), ['bé/x'])
    assert.deepEqual(await below('b\u{1f600}'), ['b\u{1f600}/x'])
    for (const nothing of ['a/', 'b1', 'c', 'b/liver', 'B/'])
      assert.deepEqual(await below(nothing, 'any'), [])
    assert.deepEqual(await sessions.count({ resourcePrefix: 'b/' }), { count: 2, exact: true })
    assert.equal((await sessions.end({ filter: { resourcePrefix: 'b/' } })).ended, 2)
  })
}
