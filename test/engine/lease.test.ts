/**
 * The bound and the receipt, on schedules drawn by chance: slow reads, slow and failing renewals, a bus that is cut.
 * Each careless way to hold a lease is caught breaking one of them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Env } from '../../src/core/env.ts'
import { MEMBERSHIP } from '../../src/core/node.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { activityLog } from '../../src/engine/activity.ts'
import { type SessionCache, sessionCache } from '../../src/engine/cache.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { follow } from '../../src/engine/follower.ts'
import { type Lease, newLease, rhythmOf } from '../../src/engine/lease.ts'
import { joinNodes } from '../../src/engine/membership.ts'
import { countVerdicts } from '../../src/engine/stats.ts'
import { type Verifier, verifier } from '../../src/engine/verify.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sharedMemory } from '../support/shared-memory.ts'
import { type TestEnv, testEnv } from '../support/test-env.ts'

const STALENESS = 400
const SEEDS = 80

/** The parts in which a node may be careless. */
interface Ways {
  readonly lease: (env: Env) => Lease
  readonly cache: () => SessionCache

  /** Whether the first read clears what is at hand. */
  readonly startsEmpty: boolean

  /** Whether a position is told before what was read is acted on. */
  readonly tellsEarly: boolean
}

const rightLease = (env: Env): Lease => newLease({ env, maxStaleness: STALENESS, shared: true })

const RIGHT: Ways = {
  lease: rightLease,
  cache: () => sessionCache(100),
  startsEmpty: true,
  tellsEarly: false,
}

const CARELESS: Readonly<Record<string, Ways>> = {
  'counts its lease from the answer of a read': {
    ...RIGHT,
    lease: (env) => {
      const lease = rightLease(env)
      return { ...lease, read: () => lease.read(env.monotonic()) }
    },
  },
  'vouches while its renewals fail': {
    ...RIGHT,
    lease: (env) => newLease({ env, maxStaleness: STALENESS, shared: false }),
  },
  'counts a read from before its lease lapsed': {
    ...RIGHT,
    lease: () => {
      let readAt = Number.NEGATIVE_INFINITY
      let renewedAt = Number.NEGATIVE_INFINITY
      return {
        span: STALENESS,
        until: () => Math.min(readAt, renewedAt) + STALENESS,
        read: (sentAt) => (readAt = sentAt),
        renewed: (sentAt) => (renewedAt = sentAt),
        drop: () => undefined,
      }
    },
  },
  'counts its lease from the answer to a renewal': {
    ...RIGHT,
    lease: (env) => {
      const lease = rightLease(env)
      return { ...lease, renewed: () => lease.renewed(env.monotonic()) }
    },
  },
  'keeps what it read while an end passed by': {
    ...RIGHT,
    cache: () => {
      const cache = sessionCache(100)
      return {
        ...cache,
        begin(id) {
          const ticket = cache.begin(id)
          cache.abandon(ticket)
          return ticket
        },
      }
    },
  },
  'keeps what it read before it followed the journal': { ...RIGHT, startsEmpty: false },
  'tells how far it has read before it has acted on it': { ...RIGHT, tellsEarly: true },
}

test('no end outlives the bound or its receipt, however slow and cut off a node is', async () => {
  for (let seed = 1; seed <= SEEDS; seed++)
    assert.equal(await breachOf(RIGHT, seed), undefined, `seed ${seed}`)
})

for (const [name, ways] of Object.entries(CARELESS)) {
  test(`a node is caught that ${name}`, async () => {
    for (let seed = 1; seed <= 400; seed++) if ((await breachOf(ways, seed)) !== undefined) return
    assert.fail('it was never caught')
  })
}

test('a lease is no longer than a membership', () => {
  const env = testEnv()
  const lease = newLease({ env, maxStaleness: 10 * MEMBERSHIP, shared: true })
  assert.equal(lease.span, MEMBERSHIP)
  assert.equal(newLease({ env, maxStaleness: 10 * MEMBERSHIP, shared: false }).span, 10 * MEMBERSHIP)
  assert.equal(newLease({ env, maxStaleness: 0, shared: true }).until(), Number.NEGATIVE_INFINITY)
})

/** Runs one schedule: what was broken, if anything. */
async function breachOf(ways: Ways, seed: number): Promise<string | undefined> {
  const draw = chance(seed)
  const env = testEnv()
  const place = sharedMemory(env.now)
  const one = createSessions({
    store: await place.open(),
    env,
    policy: { cached: 10, maxStaleness: STALENESS },
    node: { id: 'node_one' },
  })
  await env.advance(5)
  const { token } = await one.issue({ user: { id: 'ada' } })
  if (draw() < 0.7) place.cut()
  const trouble = { renew: draw() < 0.5, read: draw() < 0.3 }
  const node = startNode(ways, env, slow(await place.open(), env, draw, trouble))
  try {
    const warmUp = Math.floor(draw() * 900)
    for (let step = 0; step < warmUp; step += 20) {
      void node.verify(token).catch(() => undefined)
      await env.advance(20)
    }
    void node.verify(token).catch(() => undefined)
    await env.advance(draw() * 30)
    let heardBy: number | undefined
    await one.end({ userId: 'ada' })
    const endedAt = env.monotonic()
    one.end({ userId: 'ada' }, { wait: 'all', timeout: '3s' }).then(({ receipt }) => {
      if (receipt.everywhere) heardBy = env.monotonic()
    })
    for (let step = 0; step < 400; step++) {
      if (step % 10 === 0) void node.verify(token).catch(() => undefined)
      await env.advance(4)
      const vouches = node.verifyCached(token) !== undefined
      if (vouches && heardBy !== undefined) return 'it vouched after everybody was said to have heard'
      if (vouches && env.monotonic() - endedAt > STALENESS) return 'it vouched beyond the bound'
    }
    return undefined
  } finally {
    node.stop()
    const closed = one.close()
    await env.advance(50)
    await closed
  }
}

/** A node made of the engine's parts, as the engine puts them together. */
function startNode(ways: Ways, env: TestEnv, store: SessionStore): Verifier & { readonly stop: () => void } {
  const nothing = (): void => undefined
  const cache = ways.cache()
  const lease = ways.lease(env)
  const { nodes } = store
  assert.ok(nodes)
  const every = rhythmOf(STALENESS)
  let early: string | undefined
  const journal: SessionStore = {
    ...store,
    async read(after, limit) {
      const page = await store.read(after, limit)
      if (!ways.tellsEarly) return page
      early = page.position
      membership.renew()
      await new Promise<void>((resolve) => env.after(40, resolve))
      return page
    },
  }
  const follower = follow({
    journal,
    env,
    every,
    apply(event) {
      if ('session' in event) cache.dropSession(event.session.id)
      if (event.type === 'sessions.ended' && event.userId) cache.dropUser(event.realm, event.userId)
      membership.hear(event)
    },
    reset: ways.startsEmpty ? cache.clear : nothing,
    heard(events, sentAt) {
      if (sentAt !== undefined) lease.read(sentAt)
      if (events.length > 0) membership.renewSoon()
    },
    report: nothing,
  })
  const membership = joinNodes({
    nodes,
    env,
    lease,
    identity: { id: 'node_other', version: '1' },
    every,
    position: () => early ?? follower.position(),
    lapsed: nothing,
    gone: cache.clear,
    report: nothing,
  })
  store.feed?.onNews(follower.poke)
  const activity = activityLog(memoryStore({ clock: env.now }), env, follower.storeTime)
  const parts = { store, env, cache, follower, lease, serveStale: 0, activity }
  return {
    ...verifier({ ...parts, verdicts: countVerdicts(), wrote: follower.poke }),
    stop() {
      void follower.close()
      void membership.close()
    },
  }
}

/** A store far away: its calls take a while on the way there and back, and some are lost. */
function slow(
  store: SessionStore,
  env: TestEnv,
  draw: () => number,
  trouble: { readonly renew: boolean; readonly read: boolean },
): SessionStore {
  const { nodes } = store
  assert.ok(nodes)
  const wait = (most: number): Promise<void> => new Promise((resolve) => env.after(draw() * most, resolve))
  const travelled =
    <Given extends readonly unknown[], Answer>(
      call: (...given: Given) => Promise<Answer>,
      most: number,
      bad = false,
    ) =>
    async (...given: Given): Promise<Answer> => {
      const stuck = bad && draw() < 0.4
      await wait(stuck ? 900 : most)
      if (stuck && draw() < 0.5) throw new Error('lost')
      const answer = await call(...given)
      await wait(most)
      return answer
    }
  return {
    ...store,
    find: travelled(store.find, 60),
    read: travelled(store.read, 150, trouble.read),
    nodes: { ...nodes, renew: travelled(nodes.renew, 150, trouble.renew) },
  }
}

/** Numbers from 0 to 1 that a seed foretells (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
