/**
 * Listing and counting sessions. Each knows no engine.
 *
 * A page looks at a bounded number of rows: it may be short, and have a cursor still.
 *
 * @module
 */
import { type Matcher, matcherOf } from '../../core/matching.ts'
import {
  type Count,
  DEFAULT_LIMIT,
  fromCursor,
  type Page,
  type Place,
  type Sort,
  toCursor,
} from '../../core/page.ts'
import type { SessionFilter, SessionQuery } from '../../core/selector.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import type { Reader } from './engine.ts'
import { resolve } from './resolve.ts'
import { countedBy, type Search, type Stretch, searchFor } from './shape.ts'
import type { PlaceRow, Shape } from './statements/searching.ts'

/** Rows that one page looks at, at the most: where the database decides, and where each becomes a record first. */
const LOOKED_AT = { exact: 10_000, inexact: 2_000 } as const

/** Rows that a count looks at before it reckons with what they let expect. */
const COUNTED = { exact: 20_000, inexact: 2_000 } as const

/** Rows that are fetched at a time where not each of them is meant. */
const CHUNK = 250

/** Lists a page of sessions, latest first. */
export async function list(reader: Reader, query: SessionQuery, now: Instant): Promise<Page<SessionRecord>> {
  const { cursor, limit = DEFAULT_LIMIT, sort = 'issued', ...filter } = query
  const scan = await prepare(reader, filter, sort, now)
  const stretch = behind(scan.search.stretch, cursor === undefined ? undefined : fromCursor(cursor, sort))
  const floor = scan.search.dense ? undefined : await placeBehind(scan, stretch, LOOKED_AT)
  const looked = floor === undefined ? stretch : { ...stretch, floor }
  const items: SessionRecord[] = []
  for await (const record of scanSessions(scan, looked, limit + 1)) {
    if (items.length === limit) return { items, nextCursor: toCursor(placeOf(items.at(-1), sort), sort) }
    items.push(record)
  }
  return floor === undefined ? { items } : { items, nextCursor: toCursor(floor, sort) }
}

/** Lists all sessions of a filter, or the first so many. */
export async function listRecords(
  reader: Reader,
  filter: SessionFilter,
  now: Instant,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<SessionRecord[]> {
  const records: SessionRecord[] = []
  const scan = await prepare(reader, filter, 'issued', now)
  for await (const record of scanSessions(scan, scan.search.stretch, Math.min(limit + 1, CHUNK))) {
    if (records.length >= limit) break
    records.push(record)
  }
  return records
}

/** Counts sessions, exactly up to a bound; beyond it, supposes that the rest is as the part that was counted. */
export async function count(reader: Reader, filter: SessionFilter, now: Instant): Promise<Count> {
  const scan = await prepare(reader, filter, countedBy(filter), now)
  const { stretch } = scan.search
  const floor = await placeBehind(scan, stretch, COUNTED)
  if (floor === undefined) return { count: await countWithin(scan, stretch), exact: true }
  const found = await countWithin(scan, { ...stretch, floor })
  return { count: Math.round(found * (await timesAsMany(scan, floor))), exact: false }
}

/** How many times as many rows there may be in all as down to a place: by serials, or where they are in no order, by time. */
async function timesAsMany(scan: Scan, floor: Place): Promise<number> {
  const measure = scan.sort === 'issued' ? 1 : 0
  const [newest, oldest] = [await edge(scan, 'placeBehind'), await edge(scan, 'lastPlace')]
  const seen = newest[measure] - floor[measure] + 1
  return Math.max(1, (newest[measure] - oldest[measure] + 1) / Math.max(1, seen))
}

/** A search under way. */
interface Scan {
  readonly reader: Reader
  readonly search: Search
  readonly isMeant: Matcher
  readonly sort: Sort
  readonly now: Instant
}

async function prepare(reader: Reader, filter: SessionFilter, sort: Sort, now: Instant): Promise<Scan> {
  const untidy = (await reader.first(reader.statements.oldestMassEnding, {})) !== undefined
  const search = searchFor(filter, { sort, now, untidy })
  return {
    reader,
    sort,
    now,
    search: { ...search, shapes: await worthSearching(reader, search, filter) },
    isMeant: matcherOf({ ...filter, realm: filter.realm ?? DEFAULT_REALM }),
  }
}

/** The shapes of a search without those that a look at the resources shows to have nothing. */
async function worthSearching(
  reader: Reader,
  { shapes, values }: Search,
  { resourcePrefix }: SessionFilter,
): Promise<readonly Shape[]> {
  if (resourcePrefix === undefined) return shapes
  const worth: Shape[] = []
  for (const shape of shapes) {
    const { openResourceFrom, closedResourceFrom } = reader.statements
    const first = await reader.first(
      shape.partition === 'closed' ? closedResourceFrom : openResourceFrom,
      values,
    )
    if (first?.resource.startsWith(resourcePrefix)) worth.push(shape)
  }
  return worth
}

/** The place so many rows behind another, in the partition where that is the latest; undefined if none has so many. */
async function placeBehind(
  { reader, search }: Scan,
  stretch: Stretch,
  bound: { readonly exact: number; readonly inexact: number },
): Promise<Place | undefined> {
  const skip = (search.exact ? bound.exact : bound.inexact) - 1
  const places: Place[] = []
  for (const shape of search.shapes) {
    const { placeBehind } = reader.statements.search(shape)
    const row = await reader.first(placeBehind, { ...search.values, ...between(stretch), skip })
    if (row !== undefined) places.push(toPlace(row))
  }
  return places.sort(compare)[0]
}

/** The newest or the oldest place of a search. */
async function edge({ reader, search }: Scan, which: 'placeBehind' | 'lastPlace'): Promise<Place> {
  const places: Place[] = []
  for (const shape of search.shapes) {
    const values = { ...search.values, ...between(search.stretch), skip: 0 }
    const row = await reader.first(reader.statements.search(shape)[which], values)
    if (row !== undefined) places.push(toPlace(row))
  }
  places.sort(compare)
  return (which === 'lastPlace' ? places.at(-1) : places[0]) ?? search.stretch.floor
}

async function countWithin(scan: Scan, stretch: Stretch): Promise<number> {
  const { reader, search } = scan
  let found = 0
  if (search.exact) {
    for (const shape of search.shapes) {
      const values = { ...search.values, ...between(stretch) }
      found += (await reader.first(reader.statements.search(shape).count, values))?.count ?? 0
    }
    return found
  }
  for await (const _record of scanSessions(scan, stretch, CHUNK)) found += 1
  return found
}

/** Every session that is meant on a stretch, latest first; `first` rows are fetched at first. */
async function* scanSessions(scan: Scan, stretch: Stretch, first: number): AsyncGenerator<SessionRecord> {
  const streams = scan.search.shapes.map((shape) => scanPartition(scan, shape, stretch, first))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    const latest = indexOfLatest(heads.map(({ value }) => value && placeOf(value, scan.sort)))
    const head = heads[latest]
    if (head?.value === undefined) return
    yield head.value
    heads[latest] = (await streams[latest]?.next()) ?? head
  }
}

async function* scanPartition(
  { reader, search, isMeant, sort, now }: Scan,
  shape: Shape,
  { from, floor }: Stretch,
  first: number,
): AsyncGenerator<SessionRecord, undefined> {
  const { rows } = reader.statements.search(shape)
  let last = from
  for (let limit = first; ; limit = CHUNK) {
    const found = await reader.all(rows, { ...search.values, ...between({ from: last, floor }), limit })
    for (const row of found) {
      const record = await resolve(reader, row)
      if (isMeant({ record, displayName: row.display_name ?? undefined, at: now })) yield record
    }
    const end = found.at(-1)
    if (end === undefined || found.length < limit) return undefined
    last = [sort === 'issued' ? end.issued_at : end.last_active_at, end.serial]
  }
}

/** What of a stretch lies behind a place. */
function behind(stretch: Stretch, place: Place | undefined): Stretch {
  return place === undefined || compare(place, stretch.from) < 0 ? stretch : { ...stretch, from: place }
}

function between({ from, floor }: Stretch) {
  const [moment, serial] = from
  const [floorMoment, floorSerial] = floor
  return { moment, before_serial: serial, floor: floorMoment, floor_serial: floorSerial }
}

function toPlace({ moment, serial }: PlaceRow): Place {
  return [moment, serial]
}

function placeOf(record: SessionRecord | undefined, sort: Sort): Place {
  const moment = sort === 'issued' ? record?.issuedAt : record?.lastActiveAt
  return [moment ?? 0, record?.serial ?? 0]
}

/** Orders places, latest first. */
function compare(a: Place, b: Place): number {
  return b[0] - a[0] || b[1] - a[1]
}

function indexOfLatest(places: readonly (Place | undefined)[]): number {
  let latest = 0
  for (const [index, place] of places.entries()) {
    const best = places[latest]
    if (place && (best === undefined || compare(place, best) < 0)) latest = index
  }
  return latest
}
