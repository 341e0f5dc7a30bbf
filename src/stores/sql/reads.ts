/**
 * Finding, listing and counting. Each knows no engine.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import {
  type Count,
  DEFAULT_LIMIT,
  fromCursor,
  MAX_LIMIT,
  type Page,
  type Place,
  toCursor,
} from '../../core/page.ts'
import { matches, type SessionFilter, type SessionQuery } from '../../core/selector.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Found, JournalPage, UserQuery } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { DEFAULT_REALM, type UserRecord } from '../../core/user.ts'
import type { Reader } from './engine.ts'
import { findRecord, resolve } from './operations/steps.ts'
import { fromId, toAccessKey, toEvent, toOwner, toUserRecord } from './rows.ts'
import type { Partition, Path } from './statements/reading.ts'

/** Rows that one page looks at, at the most; it may be short then, and have a cursor still. */
const LOOKED_AT = 2_000

/** Rows that a count looks at, at the most. */
const COUNTED = 10_000

/** Rows that are fetched at a time: at first just enough to see that an ordinary page is the last. */
const FIRST_CHUNK: number = DEFAULT_LIMIT + 1
const CHUNK = 250

const NEWEST: Place = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]

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

/** Lists a page of sessions, newest first. */
export async function list(reader: Reader, query: SessionQuery, now: Instant): Promise<Page<SessionRecord>> {
  const { cursor, limit = DEFAULT_LIMIT, ...filter } = query
  const size = Math.min(limit, MAX_LIMIT)
  const items: SessionRecord[] = []
  const scan = scanSessions(reader, filter, cursor === undefined ? NEWEST : fromCursor(cursor))
  let lookedAt = 0
  for await (const record of scan) {
    if (items.length === size) return { items, nextCursor: cursorOf(items.at(-1)) }
    if (matches(record, inRealm(filter), now)) items.push(record)
    lookedAt += 1
    if (lookedAt === LOOKED_AT) return { items, nextCursor: cursorOf(record) }
  }
  return { items }
}

/** Lists all sessions of a filter, or the first so many. */
export async function listRecords(
  reader: Reader,
  filter: SessionFilter,
  now: Instant,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<SessionRecord[]> {
  const records: SessionRecord[] = []
  for await (const record of scanSessions(reader, filter, NEWEST)) {
    if (records.length >= limit) break
    if (matches(record, inRealm(filter), now)) records.push(record)
  }
  return records
}

/** Counts sessions, exactly up to a bound. */
export async function count(reader: Reader, filter: SessionFilter, now: Instant): Promise<Count> {
  let found = 0
  let lookedAt = 0
  for await (const record of scanSessions(reader, filter, NEWEST)) {
    if (lookedAt === COUNTED) return { count: found, exact: false }
    if (matches(record, inRealm(filter), now)) found += 1
    lookedAt += 1
  }
  return { count: found, exact: true }
}

/** Lists users by id. */
export async function listUsers(
  reader: Reader,
  { realm, limit, after = '' }: UserQuery,
): Promise<Page<UserRecord>> {
  const rows = await reader.all(reader.statements.listUsers, { realm, after, limit: limit + 1 })
  const items = rows.slice(0, limit).map(toUserRecord)
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

function inRealm(filter: SessionFilter): SessionFilter {
  return { ...filter, realm: filter.realm ?? DEFAULT_REALM }
}

function cursorOf(record: SessionRecord | undefined): string {
  return toCursor([record?.issuedAt ?? 0, record?.serial ?? 0])
}

/** Every session on the narrowest way to a filter, newest first; the filter itself is still to be applied. */
async function* scanSessions(
  reader: Reader,
  filter: SessionFilter,
  from: Place,
): AsyncGenerator<SessionRecord> {
  const path = narrowest(filter)
  const partitions: readonly Partition[] =
    (filter.status ?? 'live') === 'live' ? ['open'] : ['open', 'closed']
  const streams = partitions.map((partition) => scanPartition(reader, path, partition, filter, from))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    const newest = indexOfNewest(heads.map(({ value }) => value))
    const head = heads[newest]
    if (head?.value === undefined) return
    yield head.value
    heads[newest] = (await streams[newest]?.next()) ?? head
  }
}

async function* scanPartition(
  reader: Reader,
  path: Path,
  partition: Partition,
  filter: SessionFilter,
  from: Place,
): AsyncGenerator<SessionRecord, undefined> {
  let [moment, serial] = from
  for (let limit = FIRST_CHUNK; ; limit = CHUNK) {
    const rows = await reader.all(reader.statements.listSessions[`${path} ${partition}`], {
      realm: filter.realm ?? DEFAULT_REALM,
      user: filter.userId ?? '',
      resource: filter.resource ?? '',
      parent: fromId(filter.parentId ?? ''),
      moment,
      serial,
      limit,
    })
    for (const row of rows) yield await resolve(reader, row)
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return undefined
    moment = last.issued_at
    serial = last.serial
  }
}

function narrowest({ userId, resource, parentId }: SessionFilter): Path {
  if (parentId !== undefined) return 'parent'
  if (userId !== undefined) return 'user'
  return resource === undefined ? 'realm' : 'resource'
}

function indexOfNewest(records: readonly (SessionRecord | undefined)[]): number {
  let newest = 0
  for (const [index, record] of records.entries()) {
    const best = records[newest]
    const later = !best || (record && (record.issuedAt - best.issuedAt || record.serial - best.serial) > 0)
    if (record && later) newest = index
  }
  return newest
}
