/**
 * The steps that operations are made of.
 *
 * @module
 */
import { SESSION_PREFIX } from '../../../core/id.ts'
import { isLive, TOMBSTONE_AGE } from '../../../core/policy.ts'
import { type Ending, type SessionRecord, toSession } from '../../../core/session.ts'
import type { Transaction } from '../engine.ts'
import { findRecord } from '../resolve.ts'
import { fromActor, fromId } from '../rows.ts'
import { listRecords } from '../search.ts'

/** Finds a session that lives now. */
export async function findLive(tx: Transaction, id: string): Promise<SessionRecord | undefined> {
  const record = await findRecord(tx, id)
  return record && isLive(record, tx.now) ? record : undefined
}

/** Finds what lives under a login now. */
export async function findChildren(
  tx: Transaction,
  parent: SessionRecord,
): Promise<readonly SessionRecord[]> {
  if (parent.kind !== 'login') return []
  if ((await tx.first(tx.statements.anyChild, { id: fromId(parent.id) })) === undefined) return []
  return listRecords(tx, { realm: parent.realm, parentId: parent.id }, tx.now)
}

/** Ends one session whose row is open, tells so, and returns it as it is now; undefined if the row was closed. */
export async function endOne(
  tx: Transaction,
  record: SessionRecord,
  ending: Ending,
  mass?: number,
): Promise<SessionRecord | undefined> {
  const changed = await tx.run(tx.statements.endSession, {
    id: fromId(record.id),
    at: ending.at,
    reason: ending.reason,
    by: fromActor(ending.by),
    due_at: Math.max(record.expiresAt, ending.at + TOMBSTONE_AGE),
  })
  if (changed === 0) return undefined
  const ended = { ...record, ending, revision: record.revision + 1 }
  await tx.append({
    at: ending.at,
    realm: record.realm,
    type: 'session.ended',
    session: toSession(ended),
    reason: ending.reason,
    by: ending.by,
    ...(mass !== undefined && { mass: String(mass) }),
  })
  return ended
}

/** Ends what lives under a session that has ended, dated as that is, and returns it. */
export async function endChildren(tx: Transaction, parent: SessionRecord): Promise<SessionRecord[]> {
  const at = parent.ending?.at ?? tx.now
  const ending: Ending = { at, reason: 'parent-ended', by: { kind: 'system', id: 'parent' } }
  const ended: SessionRecord[] = []
  for (const child of await findChildren(tx, parent)) {
    const over = await endOne(tx, child, ending)
    if (over !== undefined) ended.push(over)
  }
  return ended
}

/** Ends a session and what lives under it. */
export async function endWithChildren(tx: Transaction, record: SessionRecord, ending: Ending): Promise<void> {
  await endOne(tx, record, ending)
  await endChildren(tx, { ...record, ending })
}

/** The public form of an id as it is kept. */
export function toId(kept: string): string {
  return SESSION_PREFIX + kept
}
