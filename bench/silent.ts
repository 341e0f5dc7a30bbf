import type { Env } from '../src/core/env.ts'
import type { SessionStore } from '../src/core/store.ts'
import { sessionCache } from '../src/engine/cache.ts'
import { createSessions } from '../src/engine/create-sessions.ts'
import { follow } from '../src/engine/follower.ts'
import { newLease, rhythmOf } from '../src/engine/lease.ts'
import type { SessionManager } from '../src/engine/manager.ts'
import { settle } from '../src/engine/settled.ts'
import { countVerdicts } from '../src/engine/stats.ts'
import { verifier } from '../src/engine/verify.ts'

/**
 * An engine that records no activity: what its cost is measured against. It hears of no endings, and must not be
 * used for anything else.
 */
export function silent(store: SessionStore, env: Env): SessionManager {
  const { cached, maxStaleness, serveStale } = settle()
  const cache = sessionCache(cached)
  const nothing = (): void => undefined
  const lease = newLease({ env, maxStaleness, shared: false })
  const follower = follow({
    journal: store,
    env,
    every: rhythmOf(maxStaleness),
    apply: nothing,
    reset: nothing,
    heard: (_events, sentAt) => void (sentAt !== undefined && lease.read(sentAt)),
    report: nothing,
  })
  const activity = { note: nothing, noteId: nothing, flush: async () => undefined, waiting: () => 0 }
  const parts = {
    ...{ store, env, cache, follower, lease, serveStale, activity },
    ...{ verdicts: countVerdicts(), wrote: nothing },
  }
  return { ...createSessions({ store, env }), ...verifier(parts) }
}
