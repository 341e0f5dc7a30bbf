/**
 * The steps that operations are made of.
 *
 * @module
 */

import { type DeniableSession, denyValue } from '../../../core/denial.ts'
import { SESSION_PREFIX } from '../../../core/id.ts'
import { dueEnding, isLive, TOMBSTONE_AGE } from '../../../core/policy.ts'
import { type Ending, type SessionRecord, toSession } from '../../../core/session.ts'
import type { NewEnding } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import type { Awaitable, Reader, Transaction } from '../engine.ts'
import { fromActor, fromId, isOutdated, type SessionRow, toEnding, toRecord } from '../rows.ts'
import type { MassEndingTable } from '../schema.ts'

/** Sessions that one step takes at a time. */
const CHUNK = 500

/** The record of a row, with the ending that an epoch brought to it. */
export function resolve(reader: Reader, row: SessionRow): Awaitable<SessionRecord> {
  const record = toRecord(row)
  return isOutdated(row) ? withEnding(reader, row, record) : record
}

async function withEnding(reader: Reader, row: SessionRow, record: SessionRecord): Promise<SessionRecord> {
  const mass = await findMassEnding(reader, record)
  if (mass !== undefined)
    return { ...record, ending: isLive(record, mass.at) ? toEnding(mass) : dueEnding(record) }
  const tidied = await reader.first(reader.statements.findSession, { id: row.id })
  return tidied && !isOutdated(tidied) ? toRecord(tidied) : { ...record, ending: dueEnding(record) }
}

/** Finds the mass ending that an open session fell to. It is gone once the session has its own ending written. */
export function findMassEnding(
  reader: Reader,
  { realm, userId, realmEpoch, userEpoch }: SessionRecord,
): Awaitable<MassEndingTable | undefined> {
  const values = { realm, user: userId ?? '', realm_epoch: realmEpoch, user_epoch: userEpoch }
  return reader.first(reader.statements.firstMassEnding, values)
}

/** Finds a session by id, over or not. */
export async function findRecord(reader: Reader, id: string): Promise<SessionRecord | undefined> {
  const row = await reader.first(reader.statements.findSession, { id: fromId(id) })
  return row && resolve(reader, row)
}

/** Finds a session that lives now. */
export async function findLive(tx: Transaction, id: string): Promise<SessionRecord | undefined> {
  const record = await findRecord(tx, id)
  return record && isLive(record, tx.now) ? record : undefined
}

/** Finds what lives under a login now. */
export async function findChildren(tx: Transaction, parent: SessionRecord): Promise<SessionRecord[]> {
  if (parent.kind !== 'login') return []
  const children: SessionRecord[] = []
  let last: SessionRecord | undefined
  for (;;) {
    const rows = await tx.all(tx.statements.listSessions['parent open'], {
      parent: fromId(parent.id),
      moment: last?.issuedAt ?? Number.MAX_SAFE_INTEGER,
      serial: last?.serial ?? Number.MAX_SAFE_INTEGER,
      limit: CHUNK,
    })
    const records = await Promise.all(rows.map((row) => resolve(tx, row)))
    children.push(...records.filter((record) => isLive(record, tx.now)))
    if (rows.length < CHUNK) return children
    last = records.at(-1)
  }
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

/** Ends what lives under a session, and returns it. */
export async function endChildren(
  tx: Transaction,
  parent: SessionRecord,
  at: Instant,
): Promise<SessionRecord[]> {
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
  await endChildren(tx, record, ending.at)
}

/** Keeps out what an ending says is to be kept out of this session. */
export async function deny(tx: Transaction, record: DeniableSession, { deny }: NewEnding): Promise<void> {
  for (const key of deny?.keys ?? []) {
    const value = denyValue(record, key)
    if (value === undefined) continue
    await tx.run(tx.statements.insertDenial, {
      realm: record.realm,
      key,
      value,
      until: tx.now + (deny?.span ?? 0),
    })
  }
}

/** The public form of an id as it is kept. */
export function toId(kept: string): string {
  return SESSION_PREFIX + kept
}
