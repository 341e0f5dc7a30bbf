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
      assert.deepEqual(await found({ sort, resource: '' }), [])
      assert.deepEqual(await found({ sort, issuedBefore: env.now() }), [])
      assert.deepEqual(await found({ sort, status: 'ended' }), [over.session.id])
      const both = await found({ sort, status: 'any' })
      assert.deepEqual(new Set(both), new Set([holder.session.id, over.session.id]))
    }
    assert.deepEqual(await sessions.count(NAMED), { count: 1, exact: true })
    assert.deepEqual(await sessions.count({ ...NAMED, resource: '' }), { count: 0, exact: true })
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
}
