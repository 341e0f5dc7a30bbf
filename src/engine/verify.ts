/**
 * Deciding whether a token stands for a live session.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { isRollcallError } from '../core/errors.ts'
import type { SessionReads, SessionStore, SessionWrites } from '../core/store.ts'
import { hashSecret, peekSessionId, readSessionId, type SecretHash, sameText } from '../core/token.ts'
import type { ActivityLog } from './activity.ts'
import type { Entry, SessionCache } from './cache.ts'
import type { Follower } from './follower.ts'
import { isFresh } from './freshness.ts'
import type { Lease } from './lease.ts'
import type { Live, Verdict, VerifyOptions } from './manager.ts'
import { judgeReused, refusalOf, standingIn } from './standing.ts'
import { countRefusal, type VerdictCount } from './stats.ts'

/** What verifying needs. */
export interface VerifyParts {
  readonly store: SessionReads & Pick<SessionWrites, 'rotate' | 'touch'> & Pick<SessionStore, 'now'>
  readonly env: Env
  readonly cache: SessionCache
  readonly follower: Pick<Follower, 'storeTime'>
  readonly lease: Pick<Lease, 'until'>

  /** How long after the lease what is at hand may stand in for a store that is away, in milliseconds. */
  readonly serveStale: number
  readonly activity: ActivityLog
  readonly verdicts: VerdictCount

  /** Called after each write, so that the rest hears of it soon. */
  readonly wrote: () => void
}

/** The two ways to verify: at once from what is at hand, or by asking the store. */
export interface Verifier {
  verify(token: string, options?: VerifyOptions): Promise<Verdict>
  verifyCached(token: string): Live | undefined
}

/** Makes a verifier. Nothing that fails on the way ever yields a live verdict. */
export function verifier(parts: VerifyParts): Verifier {
  const { store, env, cache, follower, lease, serveStale, activity, verdicts, wrote } = parts

  function atHand(token: string, now: number, beyond = 0): Entry | undefined {
    if (now >= lease.until() + beyond) return undefined
    const entry = cache.get(peekSessionId(token))
    if (entry === undefined || !sameText(entry.hash, hashSecret(env, token))) return undefined
    return follower.storeTime(now) < entry.diesAt ? entry : undefined
  }

  async function ask(token: string, id: string, { active = true, realm }: VerifyOptions): Promise<Verdict> {
    const ticket = cache.begin(id)
    try {
      const presented = hashSecret(env, token)
      const found = await store.find(id)
      if (found === undefined || isBeyond(found.record, realm)) return { ok: false, reason: 'unknown' }
      const standing = standingIn(found, presented)
      const refusal = refusalOf(found, standing)
      if (refusal !== undefined) return refusal
      if (standing.is === 'reused') return await endReused(id, presented)
      const entry = cache.fill(ticket, found, found.record.tokenHash ?? presented)
      verdicts.asked += 1
      if (active) activity.note(entry, env.monotonic())
      return entry.live
    } finally {
      cache.abandon(ticket)
    }
  }

  async function endReused(id: string, presented: SecretHash): Promise<Verdict> {
    cache.dropSession(id)
    return judgeReused(store, id, presented).finally(() => {
      cache.dropSession(id)
      wrote()
    })
  }

  /** Asks the store; where that is away and it was allowed, answers by what was at hand, and says that it is stale. */
  async function askOrServe(token: string, id: string, options: VerifyOptions): Promise<Verdict> {
    try {
      return await ask(token, id, options)
    } catch (fault) {
      const stale = isRollcallError(fault, 'store-unavailable') ? serve(token, options) : undefined
      if (stale === undefined) throw fault
      return stale
    }
  }

  function serve(token: string, options: VerifyOptions): Verdict | undefined {
    const { active = true, realm } = options
    const now = env.monotonic()
    const entry = serveStale === 0 || asksForMore(options) ? undefined : atHand(token, now, serveStale)
    if (entry === undefined) return undefined
    if (isBeyond(entry.record, realm)) return { ok: false, reason: 'unknown' }
    if (active) activity.note(entry, now)
    verdicts.stale += 1
    return { ...entry.live, stale: true }
  }

  async function decide(token: string, options: VerifyOptions): Promise<Verdict> {
    const { fresh = false, active = true, realm } = options
    const now = env.monotonic()
    const entry = fresh ? undefined : atHand(token, now)
    if (entry !== undefined) {
      if (isBeyond(entry.record, realm)) return { ok: false, reason: 'unknown' }
      if (active) activity.note(entry, now)
      verdicts.cached += 1
      return entry.live
    }
    const id = readSessionId(token)
    return id === undefined ? { ok: false, reason: 'malformed' } : askOrServe(token, id, options)
  }

  return {
    async verify(token, options = {}) {
      const verdict = await decide(token, options)
      if (!verdict.ok) return countRefusal(verdicts, verdict)
      if (options.active === 'written') await store.touch([{ id: verdict.session.id, ago: 0 }])
      if (options.maxAge === undefined && options.level === undefined) return verdict
      const { session } = verdict
      return isFresh(session, options, await store.now())
        ? verdict
        : countRefusal(verdicts, { ok: false, reason: 'not-fresh', session })
    },

    verifyCached(token) {
      const now = env.monotonic()
      const entry = atHand(token, now)
      if (entry === undefined) return undefined
      activity.note(entry, now)
      verdicts.cached += 1
      return entry.live
    },
  }
}

/** Whether more is asked than who it is: that is never answered without the store. */
function asksForMore({ fresh = false, maxAge, level }: VerifyOptions): boolean {
  return fresh || maxAge !== undefined || level !== undefined
}

function isBeyond(session: { readonly realm: string }, realm: string | undefined): boolean {
  return realm !== undefined && session.realm !== realm
}
