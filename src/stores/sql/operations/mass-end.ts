/**
 * Ending everything of a user or a realm: one write that is true at once, and the single endings behind it.
 *
 * @module
 */
import { dueEnding, isLive } from '../../../core/policy.ts'
import type { EndedAll, EpochScope, NewEnding } from '../../../core/store.ts'
import type { Transaction } from '../engine.ts'
import { fromActor, fromId, toEnding, toRecord } from '../rows.ts'
import { addDenial } from './denials.ts'
import { endOne, endWithChildren, findLive } from './steps.ts'

/** What a mass end is told. */
export interface MassEndRequest {
  readonly scope: EpochScope
  readonly ending: NewEnding
}

/** Ends everything of a scope at once, but for one login and what lives under it. */
export async function advanceEpoch(tx: Transaction, { scope, ending }: MassEndRequest): Promise<EndedAll> {
  const { realm, userId } = scope
  const keptId = await findKept(tx, scope)
  const kept = keptId === undefined ? NOBODY : fromId(keptId)
  const counting = userId === undefined ? tx.statements.countRealmSessions : tx.statements.countUserSessions
  const user = userId === undefined ? {} : { user: userId }
  const { top, under } = (await tx.first(counting, { realm, now: tx.now, kept, ...user })) ?? {
    top: 0,
    under: 0,
  }

  const position = await tx.appendNumbered({
    at: tx.now,
    realm,
    type: 'sessions.ended',
    ...(userId !== undefined && { userId }),
    ...(keptId !== undefined && { except: keptId }),
    count: top + under,
    reason: ending.reason,
    by: ending.by,
  })
  if (await raiseEpoch(tx, scope, position)) {
    await tx.run(tx.statements.insertMassEnding, {
      position,
      realm,
      user: userId ?? null,
      at: tx.now,
      reason: ending.reason,
      by: fromActor(ending.by),
    })
  }
  if (keptId !== undefined) {
    await tx.run(userId === undefined ? tx.statements.keepInRealm : tx.statements.keepInUser, {
      kept,
      now: tx.now,
      epoch: position,
    })
  }
  if (userId !== undefined && ending.deny?.keys.includes('user')) {
    await addDenial(tx, { realm, key: 'user', value: userId, span: ending.deny.span, by: ending.by })
  }
  return { ended: top, descendants: under, position: String(position) }
}

/** Raises the epoch of a scope; answers false for a user who has none, as nothing was ever issued to them. */
async function raiseEpoch(tx: Transaction, { realm, userId }: EpochScope, epoch: number): Promise<boolean> {
  const { setRealmEpoch, setUserEpoch } = tx.statements
  if (userId === undefined) return (await tx.run(setRealmEpoch, { realm, epoch })) > 0
  return (await tx.run(setUserEpoch, { realm, user: userId, epoch })) > 0
}

/** No session's id. */
const NOBODY = '-'

async function findKept(tx: Transaction, { realm, userId, except }: EpochScope): Promise<string | undefined> {
  const named = except === undefined ? undefined : await findLive(tx, except)
  if (named?.realm !== realm || (userId !== undefined && named.userId !== userId)) return undefined
  return named.parentId ?? named.id
}

/** Writes single endings behind the oldest mass endings. */
export async function tidy(tx: Transaction, limit: number): Promise<number> {
  let written = 0
  while (written < limit) {
    const mass = await tx.first(tx.statements.oldestMassEnding, {})
    if (mass === undefined) return written
    const left = limit - written
    const found =
      mass.user_id === null
        ? await tx.all(tx.statements.untidyOfRealm, {
            realm: mass.realm,
            position: mass.position,
            limit: left,
          })
        : await tx.all(tx.statements.untidyOfUser, {
            realm: mass.realm,
            user: mass.user_id,
            position: mass.position,
            limit: left,
          })
    for (const { id } of found) {
      const row = await tx.first(tx.statements.findSession, { id })
      if (row === undefined) continue
      const record = toRecord(row)
      if (isLive(record, mass.at)) await endOne(tx, record, toEnding(mass), mass.position)
      else await endWithChildren(tx, record, dueEnding(record))
    }
    written += found.length
    if (found.length < left) await tx.run(tx.statements.deleteMassEnding, { position: mass.position })
  }
  return written
}
