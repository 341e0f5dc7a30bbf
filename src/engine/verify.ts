/**
 * Deciding whether a token stands for a live session.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { endingOf } from '../core/policy.ts'
import { type Ending, toSession } from '../core/session.ts'
import type { Found, SessionReads } from '../core/store.ts'
import { hashSecret, peekSessionId, readSessionId, sameText } from '../core/token.ts'
import type { ActivityLog } from './activity.ts'
import type { Entry, SessionCache } from './cache.ts'
import type { Follower } from './follower.ts'
import type { Live, Verdict, VerifyOptions } from './manager.ts'

/** What verifying needs. */
export interface VerifyParts {
  readonly store: SessionReads
  readonly env: Env
  readonly cache: SessionCache
  readonly follower: Follower
  readonly activity: ActivityLog
}

/** The two ways to verify: at once from what is at hand, or by asking the store. */
export interface Verifier {
  verify(token: string, options?: VerifyOptions): Promise<Verdict>
  verifyCached(token: string): Live | undefined
}

/** Makes a verifier. Nothing that fails on the way ever yields a live verdict. */
export function verifier({ store, env, cache, follower, activity }: VerifyParts): Verifier {
  function atHand(token: string, now: number): Entry | undefined {
    if (now >= follower.leaseUntil()) return undefined
    const entry = cache.get(peekSessionId(token))
    if (entry === undefined || !sameText(entry.hash, hashSecret(env, token))) return undefined
    return follower.storeTime(now) < entry.diesAt ? entry : undefined
  }

  async function ask(token: string, id: string, active: boolean): Promise<Verdict> {
    const ticket = cache.begin(id)
    try {
      const found = await store.find(id)
      const hash = hashSecret(env, token)
      if (found?.record.id !== id || !sameText(found.record.tokenHash ?? '', hash))
        return { ok: false, reason: 'unknown' }
      const ending = endingOfFound(found)
      if (ending !== undefined)
        return { ok: false, reason: 'ended', session: toSession({ ...found.record, ending }), ending }
      const entry = cache.fill(ticket, found, hash)
      if (active) activity.note(entry, env.monotonic())
      return entry.live
    } finally {
      cache.abandon(ticket)
    }
  }

  return {
    async verify(token, { fresh = false, active = true } = {}) {
      const now = env.monotonic()
      const entry = fresh ? undefined : atHand(token, now)
      if (entry !== undefined) {
        if (active) activity.note(entry, now)
        return entry.live
      }
      const id = readSessionId(token)
      return id === undefined ? { ok: false, reason: 'malformed' } : ask(token, id, active)
    },

    verifyCached(token) {
      const now = env.monotonic()
      const entry = atHand(token, now)
      if (entry === undefined) return undefined
      activity.note(entry, now)
      return entry.live
    },
  }
}

/** How a session that was found is over, by itself or with its parent; undefined while it lives. */
function endingOfFound({ record, parent, at }: Found): Ending | undefined {
  const own = endingOf(record, at)
  if (own !== undefined || record.parentId === undefined) return own
  const above = parent === undefined ? { at } : endingOf(parent, at)
  return above && { at: above.at, reason: 'parent-ended', by: { kind: 'system', id: 'parent' } }
}
