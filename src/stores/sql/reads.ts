/**
 * Reading whatever is not a list of sessions. Each read knows no engine.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import type { Denial, DenialQuery } from '../../core/denial.ts'
import type { Page } from '../../core/page.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Found, JournalPage, UserQuery } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import type { UserRecord } from '../../core/user.ts'
import type { Reader } from './engine.ts'
import { findRecord, resolve } from './resolve.ts'
import { fromId, fromKind, toAccessKey, toDenial, toEvent, toOwner, toRecord, toUserRecord } from './rows.ts'

/** Finds one session with its user and parent. */
export async function find(reader: Reader, id: string, at: Instant): Promise<Found | undefined> {
  const row = await reader.first(reader.statements.findSession, { id: fromId(id) })
  if (row === undefined) return undefined
  const user = toOwner(row)
  const resolved = resolve(reader, row)
  const record = resolved instanceof Promise ? await resolved : resolved
  const parent = record.parentId === undefined ? undefined : await findRecord(reader, record.parentId)
  return { record, at, ...(user && { user }), ...(parent && { parent }) }
}

/** Finds live lines of other nodes than these: of those whose names come between them. */
export async function stranded(
  reader: Reader,
  { nodes, limit }: StrandedQuery,
  now: Instant,
): Promise<readonly SessionRecord[]> {
  const bounds = ['', ...[...new Set(nodes)].sort(byBytes), BEHIND_EVERY_NAME]
  const gaps = bounds.slice(1).map((before, index) => ({ after: bounds[index] ?? '', before }))
  const found = await Promise.all(
    gaps.map((gap) => reader.all(reader.statements.linesBetween, { ...gap, limit, now })),
  )
  return found.flat().slice(0, limit).map(toRecord)
}

/** Asks for lines of other nodes than these. */
export interface StrandedQuery {
  readonly nodes: readonly string[]
  readonly limit: number
}

/** The last of all characters, by its bytes too. */
const BEHIND_EVERY_NAME = '\u{10FFFF}'

/** The order of names in the database. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/** Lists users by id. */
export async function listUsers(
  reader: Reader,
  { realm, limit, after = '', holding }: UserQuery,
  now: Instant,
): Promise<Page<UserRecord>> {
  const values = { realm, after, limit: limit + 1 }
  const rows =
    holding === undefined
      ? await reader.all(reader.statements.listUsers, values)
      : await reader.all(reader.statements.listHolders, { ...values, kind: fromKind(holding), now })
  const items = rows.slice(0, limit).map(toUserRecord)
  const last = items.at(-1)
  return last && rows.length > limit ? { items, nextCursor: last.id } : { items }
}

/** Lists what is kept out of a realm at a moment, oldest first. */
export async function listDenials(
  reader: Reader,
  { realm, limit, after = '0' }: DenialQuery,
  now: Instant,
): Promise<Page<Denial>> {
  const values = { realm, now, after: Number(after), limit: limit + 1 }
  const rows = await reader.all(reader.statements.listDenials, values)
  const items = rows.slice(0, limit).map(toDenial)
  const last = items.at(-1)
  return last && rows.length > limit ? { items, nextCursor: last.id } : { items }
}

/** Lists access keys, oldest first. */
export async function listKeys(reader: Reader): Promise<readonly AccessKey[]> {
  return (await reader.all(reader.statements.listKeys, {})).map(toAccessKey)
}

/** Reads the journal after a position. */
export async function readJournal(
  reader: Reader,
  after: string | undefined,
  limit: number,
  at: Instant,
): Promise<JournalPage> {
  const head = await reader.first(reader.statements.readHead, {})
  const position = head?.position ?? 0
  const floor = head?.floor ?? 0
  const from = after === undefined ? position : /^\d{1,16}$/.test(after) ? Number(after) : Number.NaN
  const forgotten = !(from >= floor && from <= position)
  if (forgotten || from === position) return { events: [], position: String(position), forgotten, at }
  const events = (await reader.all(reader.statements.readEvents, { after: from, limit })).map(toEvent)
  return { events, position: events.at(-1)?.position ?? String(from), forgotten, at }
}
