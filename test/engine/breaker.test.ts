import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FailureCode, isRollcallError, RollcallError } from '../../src/core/errors.ts'
import { type Breaker, breaker } from '../../src/engine/breaker.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { draftOf, TESTER } from '../../src/testing/contract/workbench.ts'
import { type Hold, holding, nodeBench } from '../support/node-bench.ts'
import { type TestEnv, testEnv } from '../support/test-env.ts'

const USER = { user: { id: 'ada' } }
const EVERYTHING = [
  ...['now', 'find', 'list', 'count', 'read', 'insert', 'end', 'advanceEpoch', 'touch', 'replace', 'rotate'],
  ...['expire', 'tidy', 'eraseSalts', 'renew', 'dropLost', 'findKey'],
]
const AWAY = (): RollcallError => new RollcallError('store-unavailable')

interface Bench {
  readonly env: TestEnv
  readonly hand: Hold
  readonly guard: Breaker
  readonly opened: unknown[]
}

function bench(most?: number): Bench {
  const env = testEnv()
  const hand = holding()
  const opened: unknown[] = []
  const guard = breaker({
    store: hand.spoil(memoryStore({ clock: env.now })),
    env,
    opened: (fault) => opened.push(fault),
    ...(most !== undefined && { most }),
  })
  return { env, hand, guard, opened }
}

/** How a call came out, once it did. */
function outcomeOf(call: Promise<unknown>): { code?: FailureCode | 'done' } {
  const outcome: { code?: FailureCode | 'done' } = {}
  call.then(
    () => (outcome.code = 'done'),
    (fault: unknown) => (outcome.code = isRollcallError(fault) ? fault.code : 'internal'),
  )
  return outcome
}

test('a store that hangs opens it within a second; what was under way is answered by what it was', async () => {
  const { env, hand, guard, opened } = bench()
  hand.hold(...EVERYTHING)
  const find = outcomeOf(guard.store.find('x'))
  const write = outcomeOf(guard.store.insert(draftOf(), { by: TESTER }))
  await env.advance(1_000)
  assert.equal(guard.state(), 'open')
  assert.deepEqual([find.code, write.code], ['store-unavailable', 'outcome-unknown'])
  assert.equal(guard.unknownOutcomes(), 1)
  assert.equal(opened.length, 1)
  await assert.rejects(guard.store.find('x'), (fault) => {
    assert.ok(isRollcallError(fault, 'store-unavailable'))
    assert.equal(fault.details.retryAfter, 1)
    return true
  })
  assert.equal(hand.calls.get('find'), 1, 'the store is not asked while it is open')
})

test('it closes by itself soon after the store is back', async () => {
  const { env, hand, guard } = bench()
  hand.fail(AWAY, ...EVERYTHING)
  for (let turn = 0; turn < 3; turn++) await assert.rejects(guard.store.find('x'))
  assert.equal(guard.state(), 'open')
  await env.advance(10_000)
  assert.equal(guard.state(), 'open')
  assert.ok((hand.calls.get('now') ?? 0) < 20, 'it asks ever more seldom')
  hand.release()
  await env.advance(1_000)
  assert.equal(guard.state(), 'closed')
  assert.equal(await guard.store.find('x'), undefined)
})

test('a store that fails in some things and answers others is not shut out: whoever ends is heard', async () => {
  const { env, hand, guard } = bench()
  hand.fail(AWAY, 'insert')
  for (let turn = 0; turn < 20; turn++) {
    await assert.rejects(guard.store.insert(draftOf(), { by: TESTER }), { message: AWAY().message })
    await env.advance(10)
  }
  assert.equal(guard.state(), 'closed')
  const everyone = { reason: 'revoked', by: TESTER } as const
  assert.ok(await guard.store.advanceEpoch({ realm: 'default' }, everyone))
  assert.equal(guard.unknownOutcomes(), 0)
})

test('a process that stood still reads what was answered meanwhile before it judges the store', async () => {
  const env = testEnv()
  const hand = holding()
  let stoodStill = 0
  const guard = breaker({
    store: hand.spoil(memoryStore({ clock: env.now })),
    env: { ...env, monotonic: () => env.monotonic() + stoodStill },
  })
  hand.hold(...EVERYTHING)
  const write = outcomeOf(guard.store.insert(draftOf(), { by: TESTER }))
  await env.advance(90)
  stoodStill = 30_000
  await env.advance(20)
  assert.equal(write.code, undefined)
  hand.release()
  await env.advance(1_000)
  assert.deepEqual([write.code, guard.state(), guard.unknownOutcomes()], ['done', 'closed', 0])
  guard.close()
})

test('it opens by failures in a row only, and never by refusals', async () => {
  const { hand, guard } = bench()
  for (let turn = 0; turn < 10; turn++) {
    hand.fail(AWAY, 'find')
    await assert.rejects(guard.store.find('x'))
    await assert.rejects(guard.store.find('x'))
    await guard.store.now()
  }
  for (const code of ['bad-request', 'bad-cursor', 'conflict', 'not-found', 'outcome-unknown'] as const) {
    hand.fail(() => new RollcallError(code), 'find')
    for (let turn = 0; turn < 10; turn++) await assert.rejects(guard.store.find('x'))
  }
  hand.fail(() => new TypeError('a mistake of ours'), 'find')
  for (let turn = 0; turn < 10; turn++) await assert.rejects(guard.store.find('x'), TypeError)
  assert.equal(guard.state(), 'closed')
})

test('one slow operation of a store that answers others does not open it, and is given up in the end', async () => {
  const { env, hand, guard } = bench()
  hand.hold('count')
  const slow = outcomeOf(guard.store.count({}))
  await env.advance(5_000)
  assert.deepEqual([guard.state(), slow.code], ['closed', undefined])
  await env.advance(6_000)
  assert.deepEqual([guard.state(), slow.code], ['closed', 'store-unavailable'])
})

test('nothing is given up before the store itself has lost its patience', async () => {
  const env = testEnv()
  const hand = holding()
  const guard = breaker({ store: hand.spoil(memoryStore({ clock: env.now })), env, patience: 60_000 })
  hand.hold('count')
  const slow = outcomeOf(guard.store.count({}))
  await env.advance(61_000)
  assert.equal(slow.code, undefined)
  await env.advance(60_000)
  assert.equal(slow.code, 'store-unavailable')
})

test('calls under way are bounded; ends are refused last', async () => {
  const { hand, guard } = bench(16)
  hand.hold(...EVERYTHING)
  const many = Array.from({ length: 40 }, () => outcomeOf(guard.store.find('x')))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(many.filter(({ code }) => code === 'store-unavailable').length, 24)
  assert.equal(hand.calls.get('find'), 16)
  const end = outcomeOf(
    guard.store.advanceEpoch({ realm: 'default', userId: 'ada' }, { reason: 'revoked', by: TESTER }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([end.code, guard.state()], [undefined, 'closed'])
  hand.release()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(end.code, 'done')
})

test('while the store is away no token is live, and the lease is back soon after the store is', async () => {
  const hand = holding()
  await using nodes = await nodeBench({}, { spoil: hand.spoil })
  const { one, other, env, faults } = nodes
  const { token } = await one.issue(USER)
  await env.advance(10)
  await other.verify(token)
  hand.hold(...EVERYTHING)
  const verdict = outcomeOf(other.verify(token, { fresh: true }))
  await env.advance(1_000)
  assert.equal(verdict.code, 'store-unavailable')
  assert.equal(other.stats().breaker, 'open')
  await env.advance(500)
  assert.equal(other.verifyCached(token), undefined)
  await assert.rejects(other.verify(token), (fault) => isRollcallError(fault, 'store-unavailable'))
  await env.advance(10_000)
  assert.ok(
    faults.length < 10,
    `${faults.length} faults were reported: the outage is told, and not each refusal`,
  )
  await one.end({ userId: 'ada' })
  hand.release()
  await env.advance(1_500)
  assert.deepEqual([other.stats().breaker, other.stats().lease], ['closed', 'held'])
  assert.equal((await other.verify(token)).ok, false)
})

test('where that was allowed, sessions at hand are served for a while, and the verdict says so', async () => {
  const hand = holding()
  await using nodes = await nodeBench({}, { spoil: hand.spoil, policy: { serveStale: '1m' } })
  const { one, other, env } = nodes
  const { token } = await one.issue(USER)
  const short = await one.issue({ ...USER, lifetime: '20s' })
  const cut = await one.issue(USER)
  const unknown = await one.issue(USER)
  await env.advance(10)
  for (const each of [token, short.token, cut.token]) await other.verify(each)
  const fresh = await other.verify(token)
  assert.ok(fresh.ok && fresh.stale === undefined)
  hand.fail(AWAY, ...EVERYTHING)
  await env.advance(3_000)
  assert.equal(other.stats().breaker, 'open')
  const stale = await other.verify(token)
  assert.ok(stale.ok && stale.stale === true)
  assert.equal(other.verifyCached(token), undefined)
  assert.equal(other.stats().verified.stale, 1)
  const refused = (call: Promise<unknown>): Promise<void> =>
    assert.rejects(call, (fault) => isRollcallError(fault, 'store-unavailable'))
  await refused(other.verify(token, { fresh: true }))
  await refused(other.verify(token, { level: 1 }))
  await refused(other.verify(unknown.token))
  await refused(other.end({ id: cut.session.id }))
  await refused(other.verify(cut.token))
  await env.advance(18_000)
  await refused(other.verify(short.token))
  assert.ok((await other.verify(token)).ok)
  await env.advance(42_000)
  await refused(other.verify(token))
  hand.release()
  await env.advance(2_000)
  const back = await other.verify(token)
  assert.ok(back.ok && back.stale === undefined)
})

test('what is served is never enough for more than who it is, even if the store is half there', async () => {
  const hand = holding()
  await using nodes = await nodeBench({}, { spoil: hand.spoil, policy: { serveStale: '1m' } })
  const { one, other, env } = nodes
  const { token } = await one.issue({ ...USER, authentication: { methods: ['pwd'], level: 2 } })
  const lined = await one.issue({ ...USER, resource: 'default/app/stream', kind: 'playback' })
  await env.advance(10)
  for (const each of [token, lined.token ?? '']) await other.verify(each)
  hand.fail(AWAY, 'find', 'read', 'renew', 'end')
  await env.advance(2_000)
  const stale = await other.verify(token)
  assert.ok(stale.ok && stale.stale === true)
  for (const more of [{ level: 1 }, { maxAge: '1h' }] as const)
    await assert.rejects(other.verify(token, more), { code: 'store-unavailable' })
  await assert.rejects(other.end({ resource: 'default/app/stream' }), { code: 'store-unavailable' })
  await assert.rejects(other.verify(lined.token ?? ''), { code: 'store-unavailable' })
})

test('unless that was allowed, nothing is served', async () => {
  const hand = holding()
  await using nodes = await nodeBench({}, { spoil: hand.spoil })
  const { one, other, env } = nodes
  const { token } = await one.issue(USER)
  await env.advance(10)
  await other.verify(token)
  hand.fail(AWAY, ...EVERYTHING)
  await env.advance(1_200)
  await assert.rejects(other.verify(token))
})
