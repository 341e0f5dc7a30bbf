import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIVITY_FLUSH } from '../../src/core/policy.ts'
import type { Activity, SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { engineBench, FEW, LOCAL_STORES } from '../support/engine.ts'
import { until } from '../support/until.ts'

const ADA = { user: { id: 'ada' } }
const MINUTE = 60_000

/** Notes each writing of activity. */
function watched(writes: (readonly Activity[])[], store: SessionStore): SessionStore {
  return {
    ...store,
    touch(activity) {
      writes.push(activity)
      return store.touch(activity)
    },
  }
}

test('a thousand uses of six hundred sessions are two writes, and none before it is time', async () => {
  const writes: (readonly Activity[])[] = []
  await using bench = await engineBench({}, (store) => watched(writes, store))
  const tokens: string[] = []
  for (let made = 0; made < 600; made++) tokens.push((await bench.sessions.issue(ADA)).token)
  for (let use = 0; use < 1_000; use++) await bench.sessions.verify(tokens[use % 600] ?? '')
  await bench.env.advance(ACTIVITY_FLUSH - 1)
  assert.equal(writes.length, 0)
  assert.equal(bench.sessions.stats().activityWaiting, 600)
  await bench.env.advance(1)
  assert.deepEqual(
    writes.map((write) => write.length),
    [500, 100],
  )
  await bench.env.advance(10 * ACTIVITY_FLUSH)
  assert.equal(writes.length, 2, 'silence was written')
})

for (const { name, open } of LOCAL_STORES) {
  test(`a use that is to be written is written once it is answered, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { token, session } = await bench.sessions.issue({ ...ADA, idle: MINUTE })
    bench.env.jump(MINUTE / 2)
    assert.equal((await bench.sessions.verify(token, { active: 'written' })).ok, true)
    const kept = await bench.sessions.get(session.id)
    assert.equal(kept?.lastActiveAt, session.issuedAt + MINUTE / 2)
    assert.equal(kept.idleExpiresAt, session.issuedAt + MINUTE / 2 + MINUTE)
  })

  test(`the last use is kept to the millisecond, and is there after a restart, on ${name}`, async () => {
    await using bench = await engineBench({}, undefined, open)
    const { token, session } = await bench.sessions.issue(ADA)
    await bench.env.advance(12_345)
    await bench.sessions.verify(token)
    const usedAt = bench.env.now()
    const kept = async () => (await bench.sessions.get(session.id))?.lastActiveAt
    await bench.env.advance(ACTIVITY_FLUSH)
    await until('the use is kept', async () => (await kept()) === usedAt)

    await bench.env.advance(5_000)
    await bench.sessions.verify(token)
    const beforeCrash = bench.env.now()
    await until('the next use is kept', async () => {
      await bench.env.advance(1_000)
      return (await kept()) === beforeCrash
    })
    assert.ok(bench.env.now() <= beforeCrash + 2 * ACTIVITY_FLUSH)
    const restarted = createSessions({
      store: { ...bench.store, close: async () => undefined },
      env: bench.env,
      policy: { cached: FEW },
    })
    assert.equal((await restarted.get(session.id))?.lastActiveAt, beforeCrash)
    await restarted.close()
  })
}

test('silence ends a session to within the writing of activity, and never early', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue({ ...ADA, idle: '5m' })
  for (let use = 0; use < 10; use++) {
    await bench.env.advance(5 * MINUTE - 1)
    assert.ok((await bench.sessions.verify(token)).ok, `refused too early at use ${use}`)
  }
  const lastUse = bench.env.now()
  await bench.env.advance(5 * MINUTE + ACTIVITY_FLUSH)
  const verdict = await bench.sessions.verify(token)
  assert.ok(!verdict.ok && verdict.reason === 'ended')
  assert.equal(verdict.ending.reason, 'idle')
  assert.ok(verdict.ending.at <= lastUse + 5 * MINUTE)
})

test('looking without using is no activity', async () => {
  await using bench = await engineBench()
  const { token, session } = await bench.sessions.issue({ ...ADA, idle: '5m' })
  for (let look = 0; look < 5; look++) {
    await bench.env.advance(MINUTE)
    await bench.sessions.verify(token, { active: false })
  }
  assert.equal((await bench.sessions.get(session.id))?.lastActiveAt, session.issuedAt)
})

test('whoever is online is a question of the list', async () => {
  await using bench = await engineBench()
  const present = await bench.sessions.issue(ADA)
  await bench.sessions.issue({ user: { id: 'bob' } })
  await bench.env.advance(20 * MINUTE)
  await bench.sessions.verify(present.token)
  await bench.env.advance(ACTIVITY_FLUSH)
  const activeAfter = bench.env.now() - 5 * MINUTE
  assert.deepEqual(await bench.sessions.count({ activeAfter }), { count: 1, exact: true })
  const { items } = await bench.sessions.list({ activeAfter, sort: 'active' })
  assert.deepEqual(
    items.map(({ userId }) => userId),
    ['ada'],
  )
})

test('activity that cannot be written waits, and is written later with its own moment', async () => {
  let away = true
  await using bench = await engineBench({}, (store) => ({
    ...store,
    touch: (activity) => (away ? Promise.reject(new Error('away')) : store.touch(activity)),
  }))
  const { token, session } = await bench.sessions.issue(ADA)
  await bench.env.advance(1_000)
  await bench.sessions.verify(token)
  const usedAt = bench.env.now()
  await bench.env.advance(ACTIVITY_FLUSH)
  away = false
  await bench.env.advance(ACTIVITY_FLUSH)
  assert.equal((await bench.sessions.get(session.id))?.lastActiveAt, usedAt)
})
