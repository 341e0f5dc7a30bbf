/**
 * What a token that was presented stands for, by what the store knows of it.
 *
 * @module
 */
import { endingOf } from '../core/policy.ts'
import { type Standing, standingOf } from '../core/rotation.ts'
import { type Ending, toSession } from '../core/session.ts'
import type { Found, SessionReads, SessionWrites } from '../core/store.ts'
import type { SecretHash } from '../core/token.ts'
import type { NotLive } from './manager.ts'

/** What a token is to a session that was found. */
export function standingIn({ record, user, at }: Found, presented: SecretHash): Standing {
  return standingOf(record, presented, user?.role ?? 'member', at)
}

/** Why a token of a session that was found stands for nothing; undefined where it stands for a live one. */
export function refusalOf(found: Found, { is }: Standing): NotLive | undefined {
  if (is === 'unknown') return { ok: false, reason: 'unknown' }
  const ending = endingOfFound(found)
  if (ending !== undefined)
    return { ok: false, reason: 'ended', session: toSession({ ...found.record, ending }), ending }
  return is === 'superseded'
    ? { ok: false, reason: 'superseded', session: toSession(found.record) }
    : undefined
}

/** Has the store judge a token that seems to have come back after its grace, and says what it stands for then. */
export async function judgeReused(
  store: Pick<SessionReads, 'find'> & Pick<SessionWrites, 'rotate'>,
  id: string,
  presented: SecretHash,
): Promise<NotLive> {
  await store.rotate({ id, presented })
  const found = await store.find(id)
  const refusal = found && refusalOf(found, standingIn(found, presented))
  return refusal ?? { ok: false, reason: 'unknown' }
}

/** How a session that was found is over, by itself or with its parent; undefined while it lives. */
function endingOfFound({ record, parent, at }: Found): Ending | undefined {
  const own = endingOf(record, at)
  if (own !== undefined || record.parentId === undefined) return own
  const above = parent === undefined ? { at } : endingOf(parent, at)
  return above && { at: above.at, reason: 'parent-ended', by: { kind: 'system', id: 'parent' } }
}
