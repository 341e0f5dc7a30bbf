/**
 * Changing what is kept beside a session, and noting that it was used.
 *
 * @module
 */
import { isLive } from '../../../core/policy.ts'
import { type Reauthentication, succeed } from '../../../core/rotation.ts'
import { type SessionRecord, toSession } from '../../../core/session.ts'
import type { Activity } from '../../../core/store.ts'
import type { UserRecord } from '../../../core/user.ts'
import type { Transaction } from '../engine.ts'
import { findRecord } from '../resolve.ts'
import { fromAuthentication, fromId, toJson, toUserRecord } from '../rows.ts'
import { tokenColumns } from './rotate.ts'

/** What a change is told. */
export interface ReplaceRequest {
  readonly record: SessionRecord

  /** Its holder has just proved again who they are. */
  readonly proof?: Reauthentication
}

/** Replaces label, data and authentication, if nobody has revised the session since and it lives. */
export async function replace(tx: Transaction, { record, proof }: ReplaceRequest): Promise<boolean> {
  const kept = await findRecord(tx, record.id)
  if (kept === undefined || !isLive(kept, tx.now)) return false
  const changed = await tx.run(tx.statements.replaceSession, {
    id: fromId(record.id),
    revision: record.revision,
    label: record.device.label ?? null,
    authentication: fromAuthentication(record.authentication),
    authenticated_ago: kept.issuedAt - (proof ? tx.now : kept.authenticatedAt),
    data: toJson(record.data),
  })
  if (changed === 0) return false
  if (proof?.successor !== undefined) {
    const user = await findOwner(tx, kept)
    const next = succeed(kept, proof.successor, user?.role ?? 'member', tx.now)
    await tx.run(tx.statements.reissueSession, { id: fromId(record.id), ...tokenColumns(next) })
  }
  const next = await findRecord(tx, record.id)
  if (next)
    await tx.append({ at: tx.now, realm: next.realm, type: 'session.updated', session: toSession(next) })
  return true
}

/** Records activity of many sessions; of those that are over, of none. */
export async function touch(tx: Transaction, activity: readonly Activity[]): Promise<void> {
  for (const { id, ago } of activity) {
    const values = { id: fromId(id), active_at: tx.now - ago, now: tx.now }
    await tx.run(tx.statements.touchSession, values)
  }
}

async function findOwner(tx: Transaction, { realm, userId }: SessionRecord): Promise<UserRecord | undefined> {
  if (userId === undefined) return undefined
  const row = await tx.first(tx.statements.findUser, { realm, id: userId })
  return row && toUserRecord(row)
}
