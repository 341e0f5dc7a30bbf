/**
 * Assembling the engine from its verbs.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import type { EventType, RollcallEvent, Unsubscribe } from '../core/events.ts'
import { isSessionId, newName } from '../core/id.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from '../core/page.ts'
import { toSession } from '../core/session.ts'
import type { SessionStore } from '../core/store.ts'
import { keyRing } from './access-keys.ts'
import { type Acted, actedUpon } from './acted.ts'
import { activityLog } from './activity.ts'
import { breaker, isRefusalOfBreaker } from './breaker.ts'
import { sessionCache } from './cache.ts'
import { denials } from './denials.ts'
import { dropScope, ender } from './end.ts'
import { follow } from './follower.ts'
import { issuer } from './issue.ts'
import { newLease, rhythmOf } from './lease.ts'
import type { SessionManager } from './manager.ts'
import { joinNodes, type NodeIdentity } from './membership.ts'
import { nodeList } from './nodes.ts'
import { presence } from './presence.ts'
import { receipts as newReceipts } from './receipts.ts'
import { refresher } from './refresh.ts'
import { asksForActivity, requireFilter, requireQuery } from './selecting.ts'
import { type SessionPolicy, settle } from './settled.ts'
import { countVerdicts, type EngineStats } from './stats.ts'
import { updater } from './update.ts'
import { startUpkeep } from './upkeep.ts'
import { users } from './users.ts'
import { verifier } from './verify.ts'

/** What an engine is made from. */
export interface EngineOptions {
  readonly store: SessionStore
  readonly env: Env
  readonly policy?: SessionPolicy

  /**
   * How this node is known to those that share the store. Its id is made up unless given; never give two nodes the same, nor
   * two starts of one: the lines of the one before would look as if this one held them.
   */
  readonly node?: Partial<NodeIdentity>

  /** How long the store itself is patient, in milliseconds, so that it is not given up before it gives up. */
  readonly patience?: number

  /** Told of faults that no caller waits for, such as a store that is away when upkeep is due. */
  readonly report?: (fault: unknown) => void
}

/** Makes an engine over a store. Closing it closes the store. */
export function createSessions({
  store: bare,
  env,
  policy: given,
  node,
  patience = 0,
  report: reportAll = () => undefined,
}: EngineOptions): SessionManager {
  const policy = settle(given)
  const { maxStaleness, serveStale } = policy
  const identity: NodeIdentity = { id: newName(env, 'node_'), version: 'unknown', ...node }
  const shared = bare.nodes !== undefined
  const guard = shared ? breaker({ store: bare, env, patience, opened: report, closed: goOn }) : undefined
  const store = guard?.store ?? bare
  const { nodes, feed } = store
  const lease = newLease({ env, maxStaleness, shared })
  const cache = sessionCache(lease.span > 0 ? policy.cached : 0)
  const every = rhythmOf(maxStaleness)
  const follower = follow({ journal: store, env, every, apply, reset, heard, report })
  const acted: Acted = actedUpon(follower.position, () => {
    receipts.heard()
    membership?.renewSoon()
  })
  const { position } = acted
  const receipts = newReceipts({ env, identity, position, ...(nodes && { nodes }) })
  const gaps = bell()
  const lapses = bell()
  const membership =
    nodes &&
    joinNodes({ nodes, env, lease, identity, every, position, lapsed: lapses.ring, gone: reset, report })
  const deafen = feed?.onNews(follower.poke)
  const activity = activityLog(store, env, follower.storeTime)
  const ring = keyRing({ store, env, leaseUntil: lease.until, wrote: follower.poke })
  const verdicts = countVerdicts()
  const parts = {
    store,
    env,
    cache,
    follower,
    lease,
    serveStale,
    activity,
    receipts,
    verdicts,
    policy,
    report,
    wrote: follower.poke,
  }
  const upkeep = startUpkeep({ ...parts, node: identity.id })
  const update = updater(parts)
  const refresh = refresher(parts)
  const issue = issuer({ ...parts, node: identity.id, dropped: cache.dropUser })

  function apply(event: RollcallEvent): void {
    if (CHANGES_SESSION.has(event.type) && 'session' in event) cache.dropSession(event.session.id)
    if (event.type === 'sessions.ended') dropScope(cache, event)
    if (event.type === 'user.updated') cache.dropUser(event.realm, event.user.id)
    if (event.type === 'key.withdrawn') ring.drop()
    membership?.hear(event)
  }

  function heard(events: readonly RollcallEvent[], sentAt: number | undefined): void {
    if (sentAt !== undefined) lease.read(sentAt)
    if (events.length === 0) return
    receipts.heard()
    if (events.some(({ type }) => IS_AWAITED.has(type))) membership?.renewSoon()
  }

  function report(fault: unknown): void {
    if (!isRefusalOfBreaker(fault)) reportAll(fault)
  }

  /** The store answers again: earns the lease back at once. */
  function goOn(): void {
    membership?.renew()
    follower.poke()
  }

  function reset(): void {
    cache.clear()
    ring.drop()
    gaps.ring()
  }

  function stats(): EngineStats {
    const readAt = follower.readAt()
    const journalPosition = follower.position()
    const clockOffset = follower.clockOffset()
    const leaseRemaining = Math.max(0, lease.until() - env.monotonic())
    return {
      verified: { ...verdicts, refused: { ...verdicts.refused } },
      atHand: cache.size(),
      activityWaiting: activity.waiting(),
      journalLag: follower.lag(),
      lease: lease.span === 0 ? 'none' : leaseRemaining > 0 ? 'held' : 'lost',
      leaseRemaining,
      feed: feed === undefined ? 'none' : feed.connected() ? 'connected' : 'silent',
      breaker: guard?.state() ?? 'none',
      unknownOutcomes: guard?.unknownOutcomes() ?? 0,
      ...(clockOffset !== undefined && { clockOffset }),
      ...(journalPosition !== undefined && { journalPosition }),
      ...(readAt !== undefined && { journalReadAgo: env.monotonic() - readAt }),
    }
  }

  async function close(): Promise<void> {
    deafen?.()
    receipts.close()
    await membership?.close()
    await upkeep.close()
    await follower.close()
    await activity.flush().catch(report)
    guard?.close()
    await store.close()
  }

  return {
    ...verifier(parts),
    end: ender(parts),
    users: users(parts),
    denials: denials(store, follower.poke),
    presence: presence({ store, flush: () => activity.flush() }),
    keys: ring.keys,
    nodes: nodeList({ store, identity, lease, env, position }),
    on: follower.on,
    onAny: follower.onAny,

    issue: (request) => issue.issue(request).finally(follower.poke),

    async open(request) {
      await membership?.joined()
      return issue.open(request).finally(follower.poke)
    },

    active: (id) => activity.noteId(id, env.monotonic()),
    onGap: gaps.listen,
    onLapse: lapses.listen,
    delayReceipts: acted.delay,
    update: (id, patch) => update(id, patch).finally(follower.poke),
    refresh: (token) => refresh(token).finally(follower.poke),

    async get(id) {
      const found = isSessionId(id) ? await store.find(id) : undefined
      return found && toSession(found.record)
    },

    async list(query = {}) {
      const { limit = DEFAULT_LIMIT } = requireQuery(query)
      if (asksForActivity(query)) await activity.flush()
      const { items, nextCursor } = await store.list({ ...query, limit: Math.min(limit, MAX_LIMIT) })
      return { items: items.map(toSession), ...(nextCursor !== undefined && { nextCursor }) }
    },

    async count(filter = {}) {
      requireFilter(filter)
      if (asksForActivity(filter)) await activity.flush()
      return store.count(filter)
    },

    async events(after, limit = DEFAULT_LIMIT) {
      const page = await store.read(after, Math.min(limit, 1_000))
      if (!page.forgotten) return page
      throw new RollcallError(
        'position-forgotten',
        'The journal no longer reaches back to that position. List the sessions, and follow from now on.',
        {
          position: page.position,
        },
      )
    },

    now: () => store.now(),

    async check() {
      await store.now()
      await store.read(undefined, 1)
    },

    stats,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Something that rings, and those who hear it. */
interface Bell {
  ring(): void
  listen(listener: () => void): Unsubscribe
}

function bell(): Bell {
  const listeners = new Set<() => void>()
  return {
    ring() {
      for (const listener of listeners) listener()
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Events that somebody may wait for everybody to have heard of. */
const IS_AWAITED: ReadonlySet<EventType> = new Set<EventType>([
  'session.ended',
  'sessions.ended',
  'user.updated',
  'key.withdrawn',
])

/** Events after which a session at hand is no longer what it was. */
const CHANGES_SESSION: ReadonlySet<EventType> = new Set<EventType>([
  'session.ended',
  'session.updated',
  'session.refreshed',
])
