/**
 * Assembling the engine from its verbs.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import type { EventType, RollcallEvent } from '../core/events.ts'
import { isSessionId } from '../core/id.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from '../core/page.ts'
import { toSession } from '../core/session.ts'
import type { SessionStore } from '../core/store.ts'
import { keyRing } from './access-keys.ts'
import { activityLog } from './activity.ts'
import { sessionCache } from './cache.ts'
import { denials } from './denials.ts'
import { dropScope, ender } from './end.ts'
import { follow } from './follower.ts'
import { issuer } from './issue.ts'
import type { SessionManager } from './manager.ts'
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

  /** Told of faults that no caller waits for, such as a store that is away when upkeep is due. */
  readonly report?: (fault: unknown) => void
}

/** Makes an engine over a store. Closing it closes the store. */
export function createSessions({
  store,
  env,
  policy: given,
  report = () => undefined,
}: EngineOptions): SessionManager {
  const policy = settle(given)
  const cache = sessionCache(policy.cached)
  const follower = follow({ journal: store, env, maxStaleness: policy.maxStaleness, apply, reset, report })
  const activity = activityLog(store, env, follower.storeTime)
  const ring = keyRing({ store, env, leaseUntil: follower.leaseUntil, wrote: follower.poke })
  const verdicts = countVerdicts()
  const parts = { store, env, cache, follower, activity, verdicts, policy, report, wrote: follower.poke }
  const upkeep = startUpkeep(parts)
  const update = updater(parts)
  const refresh = refresher(parts)
  const issue = issuer({ ...parts, dropped: cache.dropUser })

  function apply(event: RollcallEvent): void {
    if (CHANGES_SESSION.has(event.type) && 'session' in event) cache.dropSession(event.session.id)
    if (event.type === 'sessions.ended') dropScope(cache, event)
    if (event.type === 'user.updated') cache.dropUser(event.realm, event.user.id)
    if (event.type === 'key.withdrawn') ring.drop()
  }

  function reset(): void {
    cache.clear()
    ring.drop()
  }

  function stats(): EngineStats {
    const readAt = follower.readAt()
    const journalPosition = follower.position()
    return {
      verified: { ...verdicts, refused: { ...verdicts.refused } },
      atHand: cache.size(),
      activityWaiting: activity.waiting(),
      journalLag: follower.lag(),
      ...(journalPosition !== undefined && { journalPosition }),
      ...(readAt !== undefined && { journalReadAgo: env.monotonic() - readAt }),
    }
  }

  async function close(): Promise<void> {
    await upkeep.close()
    await follower.close()
    await activity.flush().catch(report)
    await store.close()
  }

  return {
    ...verifier(parts),
    end: ender(parts),
    users: users(parts),
    denials: denials(store, follower.poke),
    keys: ring.keys,
    on: follower.on,
    onAny: follower.onAny,

    issue: (request) => issue(request).finally(follower.poke),
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

/** Events after which a session at hand is no longer what it was. */
const CHANGES_SESSION: ReadonlySet<EventType> = new Set<EventType>([
  'session.ended',
  'session.updated',
  'session.refreshed',
])
