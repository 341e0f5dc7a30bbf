/**
 * Records in truth: with the ending that an epoch brought to their rows.
 *
 * @module
 */
import { dueEnding, isLive } from '../../core/policy.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Awaitable, Reader } from './engine.ts'
import { fromId, isOutdated, type SessionRow, toEnding, toRecord } from './rows.ts'
import type { MassEndingTable } from './schema.ts'

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
