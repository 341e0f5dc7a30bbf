import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError, RollcallError } from '../../src/core/errors.ts'
import { ACTIVITY_FLUSH } from '../../src/core/policy.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { engineBench } from '../support/engine.ts'
import { until } from '../support/until.ts'

const ADA = { user: { id: 'ada' } }

test('a token is live until it is ended, and its holder may know why it is not', async () => {
  await using bench = await engineBench()
  const { token, session } = await bench.sessions.issue(ADA)
  const verdict = await bench.sessions.verify(token)
  assert.ok(verdict.ok && verdict.session.id === session.id)
  await bench.sessions.end({ id: session.id }, { reason: 'logout' })
  const after = await bench.sessions.verify(token)
  assert.ok(!after.ok && after.reason === 'ended' && after.ending.reason === 'logout')
})

test('a malformed token never reaches the store', async () => {
  let asked = 0
  const counting = (store: SessionStore): SessionStore => ({
    ...store,
    find: (id) => store.find(id).finally(() => asked++),
  })
  await using bench = await engineBench({}, counting)
  const { token } = await bench.sessions.issue(ADA)
  for (let index = 0; index < token.length; index++) {
    const wrong = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1)
    assert.deepEqual(await bench.sessions.verify(wrong), { ok: false, reason: 'malformed' })
  }
  assert.equal(asked, 0)
})

test('a well-formed token with the wrong secret is unknown, at hand or not, and ends nothing', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue(ADA)
  const forged = await forge(token)
  assert.deepEqual(await bench.sessions.verify(forged), { ok: false, reason: 'unknown' })
  await bench.sessions.verify(token)
  assert.equal(bench.sessions.verifyCached(forged), undefined)
  assert.deepEqual(await bench.sessions.verify(forged), { ok: false, reason: 'unknown' })
  assert.ok((await bench.sessions.verify(token)).ok)
})

test('what is at hand is answered without the store, as the very same object', async () => {
  let asked = 0
  const counting = (store: SessionStore): SessionStore => ({
    ...store,
    find: (id) => store.find(id).finally(() => asked++),
  })
  await using bench = await engineBench({}, counting)
  const { token } = await bench.sessions.issue(ADA)
  const first = await bench.sessions.verify(token)
  assert.equal(await bench.sessions.verify(token), first)
  assert.equal(bench.sessions.verifyCached(token), first)
  assert.equal(asked, 1)
  await bench.sessions.verify(token, { fresh: true })
  assert.equal(asked, 2)
})

test('with no staleness allowed, the store is asked each time', async () => {
  await using bench = await engineBench({ maxStaleness: 0 })
  const { token } = await bench.sessions.issue(ADA)
  await bench.sessions.verify(token)
  assert.equal(bench.sessions.verifyCached(token), undefined)
  assert.equal(bench.sessions.stats().atHand, 0)
})

test('with no staleness allowed, a use is noted all the same, and the last one counts', async () => {
  await using bench = await engineBench({ maxStaleness: 0 })
  const { token, session } = await bench.sessions.issue({ ...ADA, idle: '10m' })
  for (const minutes of [4, 8, 12]) {
    await bench.env.advance(4 * 60_000)
    assert.ok((await bench.sessions.verify(token)).ok, `after ${minutes} minutes`)
  }
  assert.equal(bench.sessions.stats().activityWaiting, 1)
  await bench.env.advance(60_000)
  await until(
    'the last use is kept',
    async () => (await bench.sessions.get(session.id))?.lastActiveAt === session.issuedAt + 12 * 60_000,
  )
})

test('expiry is exact to the millisecond, at hand too', async () => {
  await using bench = await engineBench()
  const { token } = await bench.sessions.issue({ ...ADA, lifetime: '1h' })
  await bench.sessions.verify(token)
  await bench.env.advance(3_600_000 - 1)
  assert.ok((await bench.sessions.verify(token)).ok)
  await bench.env.advance(1)
  assert.equal(bench.sessions.verifyCached(token), undefined)
  const verdict = await bench.sessions.verify(token)
  assert.ok(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason === 'expired')
})

test('silence ends a session, use keeps it, and nothing keeps it past its lifetime', async () => {
  await using bench = await engineBench()
  const used = await bench.sessions.issue({ ...ADA, idle: '10m', lifetime: '1h' })
  const silent = await bench.sessions.issue({ ...ADA, idle: '10m' })
  for (let minute = 0; minute < 55; minute += 5) {
    await bench.env.advance(5 * 60_000)
    assert.ok((await bench.sessions.verify(used.token)).ok, `minute ${minute}`)
  }
  const verdict = await bench.sessions.verify(silent.token)
  assert.ok(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason === 'idle')
  await bench.env.advance(5 * 60_000)
  assert.equal((await bench.sessions.verify(used.token)).ok, false)
})

test('use is written in batches, within the flush interval', async () => {
  const batches: number[] = []
  const counting = (store: SessionStore): SessionStore => ({
    ...store,
    touch: (activity) => store.touch(activity).finally(() => batches.push(activity.length)),
  })
  await using bench = await engineBench({}, counting)
  const issued = await Promise.all(Array.from({ length: 20 }, () => bench.sessions.issue(ADA)))
  for (let round = 0; round < 10; round++)
    await Promise.all(issued.map(({ token }) => bench.sessions.verify(token)))
  await bench.env.advance(ACTIVITY_FLUSH)
  assert.deepEqual(batches, [20])
})

test('a child is over with its parent, even before its own ending is written', async () => {
  await using bench = await engineBench()
  const login = await bench.sessions.issue({ ...ADA, idle: '10m' })
  const child = await bench.sessions.issue({
    kind: 'connection',
    parentId: login.session.id,
    resource: 'room/1',
  })
  assert.equal(child.session.userId, 'ada')
  assert.ok((await bench.sessions.verify(child.token)).ok)
  bench.env.jump(10 * 60_000 + ACTIVITY_FLUSH)
  const verdict = await bench.sessions.verify(child.token, { fresh: true })
  assert.ok(!verdict.ok && verdict.reason === 'ended' && verdict.ending.reason === 'parent-ended')
})

test('a store that fails, or answers with something else, never makes a verdict live', async () => {
  const wrong: readonly [string, (store: SessionStore) => Promise<unknown>][] = [
    ['throws', () => Promise.reject(new RollcallError('store-unavailable'))],
    ['finds nothing', async () => undefined],
    ['finds null', async () => null],
    ['finds rubbish', async () => ({ record: {} })],
    [
      'finds another session',
      async (store) => store.find((await store.list({ userId: 'bob' })).items[0]?.id ?? ''),
    ],
  ]
  for (const [what, answer] of wrong) {
    let broken = false
    const spoil = (store: SessionStore): SessionStore => ({
      ...store,
      find: (id) => (broken ? (answer(store) as ReturnType<SessionStore['find']>) : store.find(id)),
    })
    await using bench = await engineBench({ maxStaleness: 0 }, spoil)
    await bench.sessions.issue({ user: { id: 'bob' } })
    const { token } = await bench.sessions.issue(ADA)
    broken = true
    const outcome = await bench.sessions.verify(token).then(
      ({ ok }) => ok,
      () => false,
    )
    assert.equal(outcome, false, what)
  }
})

test('a node that cannot read the journal stops vouching within the staleness it is allowed', async () => {
  let cut = false
  const spoil = (store: SessionStore): SessionStore => ({
    ...store,
    read: (after, limit) =>
      cut ? Promise.reject(new RollcallError('store-unavailable')) : store.read(after, limit),
    find: (id) => (cut ? Promise.reject(new RollcallError('store-unavailable')) : store.find(id)),
  })
  await using bench = await engineBench({}, spoil)
  const { token } = await bench.sessions.issue(ADA)
  await bench.sessions.verify(token)
  cut = true
  await bench.env.advance(1_000)
  assert.equal(bench.sessions.verifyCached(token), undefined)
  await assert.rejects(bench.sessions.verify(token), (fault) => isRollcallError(fault, 'store-unavailable'))
  assert.ok(bench.faults.length > 0)
  cut = false
  await bench.env.advance(300)
  assert.ok((await bench.sessions.verify(token)).ok)
})

async function forge(token: string): Promise<string> {
  const { checksum } = await import('../../src/core/checksum.ts')
  const last = token.charAt(60) === 'A' ? 'B' : 'A'
  const body = token.slice(0, 60) + last + token.slice(61, -6)
  return body + checksum(body)
}
