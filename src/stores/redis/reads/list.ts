/**
 * Listing and counting sessions. An index narrows what is looked at; what is meant, `core/matching.ts` says.
 *
 * A page looks at a bounded number of sessions: it may be short, and have a cursor still.
 *
 * @module
 */
import { matcherOf } from '../../../core/matching.ts'
import {
  type Count,
  DEFAULT_LIMIT,
  fromCursor,
  type Page,
  type Place,
  type Sort,
  toCursor,
} from '../../../core/page.ts'
import type { SessionFilter, SessionQuery } from '../../../core/selector.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Instant } from '../../../core/time.ts'
import { DEFAULT_REALM } from '../../../core/user.ts'
import { type Access, ask } from '../access.ts'
import { MEASURE } from '../scripts/reading.ts'
import { type Path, pathsByActivity, pathsTo, type Wanted } from './paths.ts'
import type { Epochs } from './truth.ts'
import { compare, type Met, placeOf, type Stretch, walk } from './walk.ts'

/** Lists a page of sessions, latest first. */
export async function list(
  access: Access,
  epochs: Epochs,
  query: SessionQuery,
): Promise<Page<SessionRecord>> {
  const { cursor, limit = DEFAULT_LIMIT, sort = 'issued', ...filter } = query
  const wanted: Wanted = { ...filter, realm: filter.realm ?? DEFAULT_REALM }
  const from = cursor === undefined ? undefined : fromCursor(cursor, sort)
  const narrow = await pathsTo(access, wanted)
  const paths = sort === 'issued' || (await isShort(access, narrow)) ? narrow : pathsByActivity(wanted)
  const isMeant = matcherOf(wanted)
  const scan: Scan = { paths, sort, isMeant, limit, from, realmEpoch: await epochs.of(wanted.realm), wanted }
  return paths.every(({ order }) => order === sort) ? listInOrder(access, scan) : listSorted(access, scan)
}

/** Counts sessions, exactly up to a bound; beyond it, supposes that the rest is as the part that was counted. */
export async function count(access: Access, epochs: Epochs, filter: SessionFilter): Promise<Count> {
  const wanted: Wanted = { ...filter, realm: filter.realm ?? DEFAULT_REALM }
  const paths = await pathsTo(access, wanted)
  const [floor, ceiling] = [wanted.issuedAfter, wanted.issuedBefore]
  const [sizes, realmEpoch] = await Promise.all([
    Promise.all(paths.map((path) => measure(access, path, floor, ceiling))),
    epochs.of(wanted.realm),
  ])
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const isMeant = matcherOf(wanted)
  const share = Math.min(1, COUNTED / Math.max(1, total))
  const counted = await Promise.all(
    paths.map(async (path, index) => {
      const size = sizes[index] ?? 0
      const looked = share === 1 ? Number.POSITIVE_INFINITY : Math.ceil(size * share)
      const stretch = { ...stretchOf({ sort: 'issued', wanted, from: undefined, realmEpoch }), chunk: CHUNK }
      const found = size === 0 ? 0 : await countAlong(access, path, stretch, looked, isMeant)
      return share === 1 ? found : (found * size) / looked
    }),
  )
  const sum = counted.reduce((all, found) => all + found, 0)
  return { count: Math.round(sum), exact: share === 1 }
}

/** Sessions that one page looks at, at the most. */
const LOOKED_AT = 2_000

/** Sessions that a count looks at before it reckons with what they let expect. */
const COUNTED = 5_000

/** Sessions that are fetched at a time where all of them are wanted. */
const CHUNK = 250

interface Scan {
  readonly paths: readonly Path[]
  readonly sort: Sort
  readonly isMeant: (met: Met) => boolean
  readonly limit: number
  readonly from: Place | undefined
  readonly realmEpoch: number
  readonly wanted: Wanted
}

/** Walks along indexes that are in the order of the list. */
async function listInOrder(access: Access, scan: Scan): Promise<Page<SessionRecord>> {
  const { paths, sort, isMeant, limit } = scan
  const chunk = Math.min(CHUNK, Math.ceil((2 * (limit + 1)) / Math.max(1, paths.length)) + 2)
  const items: SessionRecord[] = []
  let looked = 0
  let latest: Place | undefined
  let last: Place | undefined
  for await (const met of walk(access, paths, { ...stretchOf(scan), chunk })) {
    if (looked === LOOKED_AT && latest !== undefined) return { items, nextCursor: toCursor(latest, sort) }
    looked += 1
    latest = met.place
    if (!isMeant(met)) continue
    if (items.length === limit && last !== undefined) return { items, nextCursor: toCursor(last, sort) }
    items.push(met.record)
    last = met.place
  }
  return { items }
}

/** Brings all of a short list into an order that no index of it has. */
async function listSorted(access: Access, scan: Scan): Promise<Page<SessionRecord>> {
  const { paths, sort, isMeant, limit, from, wanted, realmEpoch } = scan
  const stretch = { ...stretchOf({ sort: 'issued', wanted, from: undefined, realmEpoch }), chunk: CHUNK }
  const found: { readonly place: Place; readonly record: SessionRecord }[] = []
  for await (const met of walk(access, paths, stretch)) {
    const place = placeOf(met.record, sort)
    if (isMeant(met) && (from === undefined || compare(place, from) > 0))
      found.push({ place, record: met.record })
  }
  const page = found.sort((a, b) => compare(a.place, b.place)).slice(0, limit)
  const items = page.map(({ record }) => record)
  const last = page.at(-1)
  return last && found.length > limit ? { items, nextCursor: toCursor(last.place, sort) } : { items }
}

async function countAlong(
  access: Access,
  path: Path,
  stretch: Stretch,
  most: number,
  isMeant: (met: Met) => boolean,
): Promise<number> {
  let found = 0
  let looked = 0
  for await (const met of walk(access, [path], { ...stretch, chunk: Math.min(CHUNK, Math.max(1, most)) })) {
    if (looked === most) break
    looked += 1
    if (isMeant(met)) found += 1
  }
  return found
}

/** The part of the indexes that a filter leaves to look at: its bounds in time are bounds in them. */
function stretchOf({
  sort,
  wanted,
  from,
  realmEpoch,
}: Pick<Scan, 'sort' | 'wanted' | 'from' | 'realmEpoch'>): Omit<Stretch, 'chunk'> {
  const [floor, ceiling] =
    sort === 'issued' ? [wanted.issuedAfter, wanted.issuedBefore] : [wanted.activeAfter, wanted.activeBefore]
  const top: Place | undefined = ceiling === undefined ? undefined : [ceiling, 0]
  const behind = from === undefined || (top !== undefined && compare(top, from) > 0) ? top : from
  return { realmEpoch, ...(behind && { behind }), ...(floor !== undefined && { floor }) }
}

/** Whether so few sessions are on these paths that all of them may be looked at for one page. */
async function isShort(access: Access, paths: readonly Path[]): Promise<boolean> {
  if (paths.some(({ indexes }) => indexes.some((index) => index.startsWith(KEYS_OF_REALM)))) return false
  const sizes = await Promise.all(paths.map((path) => measure(access, path)))
  return sizes.reduce((sum, size) => sum + size, 0) <= LOOKED_AT
}

/** How the indexes that have all of a realm begin. */
const KEYS_OF_REALM = 'oi:'

async function measure(access: Access, path: Path, floor?: Instant, ceiling?: Instant): Promise<number> {
  const request = {
    indexes: path.indexes,
    floor: floor ?? '-inf',
    ceiling: ceiling === undefined ? '+inf' : `(${ceiling}`,
  }
  return Number(await ask(access, MEASURE, path.partition, request))
}
