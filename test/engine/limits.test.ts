import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import type { Session } from '../../src/core/session.ts'
import type { AtLimit } from '../../src/core/store.ts'
import { engineBench, STORES } from '../support/engine.ts'

const ADA = { user: { id: 'ada' } }

for (const { name, open } of STORES) {
  for (const atLimit of ['evict-oldest', 'evict-idlest', 'refuse'] as const satisfies readonly AtLimit[]) {
    test(`a limit of five is exact while a hundred issues race, at ${atLimit}, on ${name}`, async () => {
      await using bench = await engineBench({ sessionsPerUser: 5, atLimit }, undefined, open)
      const racing = Array.from({ length: 100 }, () => bench.sessions.issue(ADA))
      const outcomes = await Promise.allSettled(racing)
      const issued = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      assert.equal(issued.length, atLimit === 'refuse' ? 5 : 100)
      assert.equal((await bench.sessions.count({ userId: 'ada' })).count, 5)
      assert.equal(new Set(issued.flatMap(({ gaveWay }) => gaveWay)).size, issued.length - 5)
      let live = 0
      for (const { token } of issued) live += (await bench.sessions.verify(token)).ok ? 1 : 0
      assert.equal(live, 5)
    })
  }

  test(`a session that gives way is told with its owner, the reason, and the session that came, on ${name}`, async () => {
    await using bench = await engineBench({ sessionsPerUser: 1 }, undefined, open)
    const first = await bench.sessions.issue(ADA)
    await bench.sessions.verify(first.token)
    const second = await bench.sessions.issue(ADA)
    assert.deepEqual(second.gaveWay, [first.session.id])
    const third = await bench.sessions.issue({ ...ADA, replaces: second.session.id })
    assert.deepEqual(third.gaveWay, [second.session.id])
    assert.equal(bench.sessions.verifyCached(first.token), undefined)
    const { events } = await bench.store.read('0', 100)
    const ended = events.flatMap((event) => (event.type === 'session.ended' ? [event] : []))
    assert.deepEqual(
      ended.map(({ session, reason, by }) => [session.id, session.userId, reason, by]),
      [
        [first.session.id, 'ada', 'evicted', { kind: 'system', id: second.session.id }],
        [second.session.id, 'ada', 'replaced', { kind: 'system', id: third.session.id }],
      ],
    )
  })
}

test('a refusal names the sessions that could give way, the first in line first', async () => {
  await using bench = await engineBench()
  const limit = { sessions: 2, atLimit: 'refuse' } as const
  const older = await bench.sessions.issue({ ...ADA, limit })
  await bench.env.advance(1_000)
  const newer = await bench.sessions.issue({ ...ADA, limit })
  await assert.rejects(bench.sessions.issue({ ...ADA, limit }), (fault) => {
    assert.ok(isRollcallError(fault, 'limit-reached'))
    const sessions = fault.details.sessions as readonly Session[]
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [older.session.id, newer.session.id],
    )
    assert.ok(!JSON.stringify(sessions).includes('hash'))
    return true
  })
  const replacing = await bench.sessions.issue({ ...ADA, limit, replaces: older.session.id })
  assert.deepEqual(replacing.gaveWay, [older.session.id])
})

test('the oldest gives way by when it was issued, the idlest by when it was last active', async () => {
  for (const [atLimit, loser] of [
    ['evict-oldest', 0],
    ['evict-idlest', 1],
  ] as const) {
    await using bench = await engineBench()
    const issued = []
    for (let made = 0; made < 3; made++) {
      issued.push(await bench.sessions.issue(ADA))
      await bench.env.advance(1_000)
    }
    await bench.sessions.verify(issued[0]?.token ?? '')
    await bench.env.advance(60_000)
    const { gaveWay } = await bench.sessions.issue({ ...ADA, limit: { sessions: 3, atLimit } })
    assert.deepEqual(gaveWay, [issued[loser]?.session.id], atLimit)
  }
})

test('each kind has a limit of its own, and realms and users do not share one', async () => {
  await using bench = await engineBench({ sessionsPerUser: { login: 1, playback: 2 }, atLimit: 'refuse' })
  const refused = (fault: unknown) => isRollcallError(fault, 'limit-reached')
  await bench.sessions.issue(ADA)
  await assert.rejects(bench.sessions.issue(ADA), refused)
  for (let made = 0; made < 2; made++) await bench.sessions.issue({ ...ADA, kind: 'playback' })
  await assert.rejects(bench.sessions.issue({ ...ADA, kind: 'playback' }), refused)
  for (let made = 0; made < 3; made++) await bench.sessions.issue({ ...ADA, kind: 'connection' })
  await bench.sessions.issue({ user: { id: 'bob' } })
  await bench.sessions.issue({ ...ADA, realm: 'other' })
})

test('a session of the same label gives way to the next, of that kind and user alone', async () => {
  await using bench = await engineBench()
  const tv = { device: { label: 'tv' } }
  const first = await bench.sessions.issue({ ...ADA, ...tv })
  const others = [
    await bench.sessions.issue({ ...ADA, device: { label: 'phone' } }),
    await bench.sessions.issue({ ...ADA, ...tv, kind: 'connection' }),
    await bench.sessions.issue({ user: { id: 'bob' }, ...tv }),
    await bench.sessions.issue({ ...ADA, ...tv, realm: 'other' }),
  ]
  const { gaveWay } = await bench.sessions.issue({ ...ADA, ...tv, replaces: 'same-label' })
  assert.deepEqual(gaveWay, [first.session.id])
  for (const { token } of others) assert.ok((await bench.sessions.verify(token)).ok)
  await assert.rejects(bench.sessions.issue({ ...ADA, replaces: 'same-label' }), (fault) =>
    isRollcallError(fault, 'bad-request'),
  )
})

test('nobody replaces the session of another user, and what is refused leaves everything as it was', async () => {
  await using bench = await engineBench()
  const bob = await bench.sessions.issue({ user: { id: 'bob' } })
  const outcome = await bench.sessions.issue({ ...ADA, replaces: bob.session.id })
  assert.deepEqual(outcome.gaveWay, [])
  assert.ok((await bench.sessions.verify(bob.token)).ok)
  const ada = outcome.session.id
  const taken = { ...ADA, kind: 'connection', resource: 'room/1', name: 'stage' } as const
  await bench.sessions.issue(taken)
  await assert.rejects(bench.sessions.issue({ ...taken, replaces: ada }), (fault) =>
    isRollcallError(fault, 'name-taken'),
  )
  assert.equal((await bench.sessions.get(ada))?.ending, undefined)
})
