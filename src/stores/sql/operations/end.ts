/**
 * Ending sessions one by one: those pointed at, those that are due; and forgetting them.
 *
 * @module
 */
import { matcherOf } from '../../../core/matching.ts'
import { diesAt, dueEnding, isLive } from '../../../core/policy.ts'
import type { SessionFilter } from '../../../core/selector.ts'
import type { Ending, SessionRecord } from '../../../core/session.ts'
import type { BatchSelector, EndedBatch, NewEnding } from '../../../core/store.ts'
import type { Transaction } from '../engine.ts'
import { resolve } from '../resolve.ts'
import { fromId, type SessionRow } from '../rows.ts'
import { listRecords } from '../search.ts'
import { deny } from './denials.ts'
import { endChildren, endOne } from './steps.ts'

/** What an end is told. */
export interface EndRequest {
  readonly selector: BatchSelector
  readonly ending: NewEnding
  readonly limit: number
}

/** Ends live sessions that a selector points at, and what lives under them. */
export async function end(tx: Transaction, { selector, ending, limit }: EndRequest): Promise<EndedBatch> {
  const how: Ending = { at: tx.now, reason: ending.reason, by: ending.by }
  const pointed = (await pointedAt(tx, selector, limit)).filter(({ realm }) => realm === selector.realm)
  const meant = pointed.filter((record) => isLive(record, tx.now))
  for (const record of pointed) if (!meant.includes(record)) await deny(tx, record, ending)
  const ended: SessionRecord[] = []
  const descendants: SessionRecord[] = []
  for (const record of meant.slice(0, limit)) {
    await deny(tx, record, ending)
    const over = await endOne(tx, record, how)
    if (over !== undefined) ended.push(over)
  }
  for (const record of ended) descendants.push(...(await endChildren(tx, record)))
  return { ended, descendants, position: String(await tx.position()) }
}

async function pointedAt(
  tx: Transaction,
  selector: BatchSelector,
  limit: number,
): Promise<readonly SessionRecord[]> {
  const { realm } = selector
  if ('id' in selector) return findAll(tx, [selector.id], ANY)
  if ('ids' in selector)
    return findAll(tx, selector.ids, selector.filter ? { ...selector.filter, status: 'live' } : ANY)
  const filter: SessionFilter =
    'parentId' in selector
      ? { parentId: selector.parentId }
      : { resource: selector.resource, ...(selector.name !== undefined && { name: selector.name }) }
  return listRecords(tx, { ...filter, realm, status: 'live' }, tx.now, limit)
}

const ANY: SessionFilter = { status: 'any' }

async function findAll(
  tx: Transaction,
  ids: readonly string[],
  filter: SessionFilter,
): Promise<SessionRecord[]> {
  const isMeant = matcherOf(filter)
  const found: SessionRecord[] = []
  for (const id of new Set(ids)) {
    const row = await tx.first(tx.statements.findSession, { id: fromId(id) })
    if (row === undefined) continue
    const record = await resolve(tx, row)
    if (isMeant({ record, displayName: row.display_name ?? undefined, at: tx.now })) found.push(record)
  }
  return found
}

/** Ends sessions that are due, dated when they were due, and what lives under them. */
export async function expire(tx: Transaction, limit: number): Promise<number> {
  let count = 0
  while (count < limit) {
    const rows = await tx.all(tx.statements.dueSessions, { now: tx.now, limit: limit - count })
    if (rows.length === 0) return count
    for (const row of rows) if (await endIfDue(tx, row)) count += 1
  }
  return count
}

/** Ends a session that is due by its activity too; otherwise moves on when it is to be looked at again. */
async function endIfDue(tx: Transaction, row: SessionRow): Promise<boolean> {
  const record = await resolve(tx, row)
  if (isLive(record, tx.now)) {
    await tx.run(tx.statements.postponeSession, { id: row.id, due_at: diesAt(record) })
    return false
  }
  const ended = await endOne(tx, record, dueEnding(record))
  if (ended === undefined) return false
  await endChildren(tx, ended)
  return true
}

/** Forgets tombstones past their time, and denials that are over. */
export async function sweep(tx: Transaction, limit: number): Promise<number> {
  await tx.run(tx.statements.deleteDenials, { now: tx.now })
  return tx.run(tx.statements.sweepSessions, { now: tx.now, limit })
}
