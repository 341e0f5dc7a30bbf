/**
 * Exchanging a token for its successor.
 *
 * The successor is mixed from the token itself and a salt, so everyone who presents the token comes to the same one,
 * and what is at rest is worth nothing alone. The salt is erased when the grace ends.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { toSession } from '../core/session.ts'
import type { SessionReads, SessionWrites } from '../core/store.ts'
import { hashSecret, newSalt, readSessionId, successorOf } from '../core/token.ts'
import { toUser } from '../core/user.ts'
import type { SessionCache } from './cache.ts'
import type { Refreshed } from './manager.ts'
import type { Settled } from './settled.ts'
import { judgeReused, refusalOf, standingIn } from './standing.ts'

/** What refreshing needs. */
export interface RefreshParts {
  readonly store: Pick<SessionReads, 'find'> & Pick<SessionWrites, 'rotate'>
  readonly env: Env
  readonly cache: SessionCache
  readonly policy: Settled
}

/** Makes the verb. A token that was never one of the session writes nothing. */
export function refresher({
  store,
  env,
  cache,
  policy,
}: RefreshParts): (token: string) => Promise<Refreshed> {
  return async (token) => {
    const id = readSessionId(token)
    if (id === undefined) return { ok: false, reason: 'malformed' }
    const presented = hashSecret(env, token)
    const found = await store.find(id)
    if (found === undefined) return { ok: false, reason: 'unknown' }
    const refusal = refusalOf(found, standingIn(found, presented))
    if (refusal !== undefined) return refusal

    const salt = newSalt(env)
    const successor = successorOf(env, token, salt)
    const hash = hashSecret(env, successor)
    cache.dropSession(id)
    const rotated = await store
      .rotate({ id, presented, successor: { hash, salt, grace: policy.refreshGrace } })
      .finally(() => cache.dropSession(id))
    if (rotated.outcome !== 'rotated' && rotated.outcome !== 'standing')
      return judgeReused(store, id, presented)
    return {
      ok: true,
      session: toSession(rotated.record),
      token: rotated.outcome === 'rotated' ? successor : successorOf(env, token, rotated.salt ?? ''),
      ...(rotated.user && { user: toUser(rotated.user) }),
    }
  }
}
