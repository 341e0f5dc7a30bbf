/**
 * Reading everything in pieces. Knows no engine.
 *
 * @module
 */
import { type Portable, type PortablePage, portableSession, portableUser } from '../../core/portable.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import type { Reader } from './engine.ts'
import { findRecord, resolve } from './resolve.ts'
import { type SessionRow, toAccessKey, toDenial, toHash, toUserRecord } from './rows.ts'
import type { Statement } from './statement.ts'

/** Reads a piece of everything: keys, users, logins, what lives under them, what is kept out. */
export async function dump(
  reader: Reader,
  after: string | undefined,
  limit: number,
  now: Instant,
): Promise<PortablePage> {
  const [part, ...place] = after === undefined ? [ORDER[0]] : (JSON.parse(after) as readonly string[])
  const index = (ORDER as readonly unknown[]).indexOf(part)
  const name = ORDER[index]
  if (name === undefined) return { items: [] }
  const { items, last } = await PARTS[name](reader, place, limit, now)
  if (last !== undefined && items.length === limit) return { items, next: JSON.stringify([name, ...last]) }
  const next = ORDER[index + 1]
  return next === undefined ? { items } : { items, next: JSON.stringify([next]) }
}

/** Some items, and the place of the last one. */
interface Piece {
  readonly items: readonly Portable[]
  readonly last: readonly string[] | undefined
}

type Part = (reader: Reader, place: readonly string[], limit: number, now: Instant) => Promise<Piece>

const ORDER = ['keys', 'users', 'logins', 'others', 'denials'] as const

const PARTS: Readonly<Record<(typeof ORDER)[number], Part>> = {
  async keys(reader, [after = ''], limit) {
    const rows = await reader.all(reader.statements.dumpKeys, { after, limit })
    return {
      items: rows.map((row) => ({ kind: 'key', key: toAccessKey(row), hash: toHash(row.hash) })),
      last: rows.at(-1) && [rows.at(-1)?.id ?? ''],
    }
  },
  async users(reader, [realm = '', after = ''], limit) {
    const rows = await reader.all(reader.statements.dumpUsers, { realm, after, limit })
    const last = rows.at(-1)
    return {
      items: rows.map((row) => portableUser(toUserRecord(row), row.last_stamp)),
      last: last && [last.realm, last.id],
    }
  },
  logins: (reader, place, limit, now) =>
    sessions(reader, reader.statements.dumpLogins, { place, limit, now }),
  others: (reader, place, limit, now) =>
    sessions(reader, reader.statements.dumpOthers, { place, limit, now }),
  async denials(reader, [after = '0'], limit, now) {
    const rows = await reader.all(reader.statements.dumpDenials, { after: Number(after), limit, now })
    return {
      items: rows.map((row) => ({ kind: 'denial', denial: toDenial(row) })),
      last: rows.at(-1) && [String(rows.at(-1)?.id)],
    }
  },
}

interface Where {
  readonly place: readonly string[]
  readonly limit: number
  readonly now: Instant
}

async function sessions(
  reader: Reader,
  statement: Statement<SessionRow>,
  { place: [after = '0'], limit, now }: Where,
): Promise<Piece> {
  const rows = await reader.all(statement, { after: Number(after), limit })
  const parents = new Map<string, SessionRecord | undefined>()
  const items: Portable[] = []
  for (const row of rows) {
    const record = await resolve(reader, row)
    items.push(portableSession(record, await parentOf(reader, record, parents), now))
  }
  return { items, last: rows.at(-1) && [String(rows.at(-1)?.serial)] }
}

/** The login above what is open; whatever is over needs none. */
async function parentOf(
  reader: Reader,
  { parentId, ending }: SessionRecord,
  known: Map<string, SessionRecord | undefined>,
): Promise<SessionRecord | undefined> {
  if (parentId === undefined || ending !== undefined) return undefined
  if (!known.has(parentId)) known.set(parentId, await findRecord(reader, parentId))
  return known.get(parentId)
}
