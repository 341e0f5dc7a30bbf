/**
 * Exchanging a token for its successor.
 *
 * @module
 */
import { isLive } from '../../../core/policy.ts'
import {
  firstSaltEnds,
  type Rotated,
  type Rotation,
  standingOf,
  succeed,
  withoutLateSalts,
} from '../../../core/rotation.ts'
import { type Ending, type SessionRecord, toSession } from '../../../core/session.ts'
import type { Transaction } from '../engine.ts'
import { resolve } from '../resolve.ts'
import { fromHash, fromId, fromRole, toJson, toOwner, toRecord } from '../rows.ts'
import type { Values } from '../statement.ts'
import { endChildren, endOne, findLive } from './steps.ts'

/** Exchanges a token for its successor, or says what became of it. */
export async function rotate(tx: Transaction, { id, presented, successor }: Rotation): Promise<Rotated> {
  const row = await tx.first(tx.statements.findSession, { id: fromId(id) })
  if (row === undefined) return { outcome: 'unknown' }
  const record = await resolve(tx, row)
  const user = toOwner(row)
  const role = user?.role ?? 'member'
  const standing = standingOf(record, presented, role, tx.now)
  if (standing.is === 'unknown') return { outcome: 'unknown' }
  if (!(await lives(tx, record))) return { outcome: 'ended', record }
  if (standing.is === 'superseded') return { outcome: 'superseded' }
  if (standing.is === 'reused') return { outcome: 'ended', record: await endReused(tx, record) }
  const whose = user && { user }
  if (standing.is === 'graceful') return { outcome: 'standing', record, salt: standing.salt, ...whose }
  if (successor === undefined) return { outcome: 'standing', record, ...whose }

  const lastActiveAt = Math.max(tx.now, record.lastActiveAt)
  const next: SessionRecord = {
    ...succeed(record, successor, role, tx.now),
    revision: record.revision + 1,
    lastActiveAt,
    ...(record.idle !== undefined && { idleExpiresAt: lastActiveAt + record.idle }),
  }
  const values = { id: fromId(id), active_at: next.lastActiveAt, ...tokenColumns(next) }
  await tx.run(tx.statements.rotateSession, values)
  await tx.append({ at: tx.now, realm: next.realm, type: 'session.refreshed', session: toSession(next) })
  return { outcome: 'rotated', record: next, ...whose }
}

/** The columns that a record's token fills. */
export function tokenColumns({ tokenHash, tokenRole, predecessors }: SessionRecord): Values {
  return {
    token_hash: tokenHash === undefined ? null : fromHash(tokenHash),
    token_role: fromRole(tokenRole),
    predecessors: toJson(predecessors),
    salt_until: firstSaltEnds(predecessors) ?? null,
  }
}

/** Erases the salts of tokens whose grace is over. Returns of how many sessions. */
export async function eraseSalts(tx: Transaction, limit: number): Promise<number> {
  const rows = await tx.all(tx.statements.saltedSessions, { now: tx.now, limit })
  for (const row of rows) {
    const kept = withoutLateSalts(toRecord(row).predecessors ?? [], tx.now)
    const values = { predecessors: toJson(kept), salt_until: firstSaltEnds(kept) ?? null }
    await tx.run(tx.statements.writeSalts, { id: row.id, ...values })
  }
  return rows.length
}

async function endReused(tx: Transaction, record: SessionRecord): Promise<SessionRecord> {
  const ending: Ending = { at: tx.now, reason: 'reused', by: { kind: 'system', id: 'refresh' } }
  await tx.append({ at: tx.now, realm: record.realm, type: 'token.reused', session: toSession(record) })
  const over = (await endOne(tx, record, ending)) ?? record
  await endChildren(tx, over)
  return over
}

async function lives(tx: Transaction, record: SessionRecord): Promise<boolean> {
  if (!isLive(record, tx.now)) return false
  return record.parentId === undefined || (await findLive(tx, record.parentId)) !== undefined
}
