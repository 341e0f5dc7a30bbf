/**
 * Changing what is kept beside a session, and noting that it was used.
 *
 * @module
 */
import { isLive } from '../../../core/policy.ts'
import { type SessionRecord, toSession } from '../../../core/session.ts'
import type { Activity } from '../../../core/store.ts'
import type { Transaction } from '../engine.ts'
import { fromId, toJson } from '../rows.ts'
import { findRecord } from './steps.ts'

/** Replaces label, data and authentication, if nobody has revised the session since and it lives. */
export async function replace(tx: Transaction, record: SessionRecord): Promise<boolean> {
  const kept = await findRecord(tx, record.id)
  if (kept === undefined || !isLive(kept, tx.now)) return false
  const changed = await tx.run(tx.statements.replaceSession, {
    id: fromId(record.id),
    revision: record.revision,
    label: record.device.label ?? null,
    authentication: toJson(record.authentication),
    data: toJson(record.data),
  })
  if (changed === 0) return false
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
