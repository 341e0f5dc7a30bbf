/**
 * Statements that list and count sessions: one for each shape of a search, built when it is first asked for.
 *
 * @module
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Sort } from '../../../core/page.ts'
import type { SessionFilter } from '../../../core/selector.ts'
import type { SessionRow } from '../rows.ts'
import type { Database } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { livesAt, outlivedByNoEpoch } from './living.ts'
import { type JoinedTables, sessionRows } from './reading.ts'

/** The ways into the table of sessions, each with an index of its own. */
export type Path = 'user' | 'resource' | 'name' | 'parent' | 'address' | 'realm'

/** Open rows have no ending written, closed ones have; due ones are open and wait for the ending that time brings. */
export type Partition = 'open' | 'closed' | 'due'

/** What a row may be asked while it is still in the database. */
export type Condition = 'live' | 'over' | Exclude<keyof SessionFilter, 'realm' | 'status' | 'text'>

/** What tells one search from another, but for its values. */
export interface Shape {
  readonly path: Path
  readonly partition: Partition
  readonly sort: Sort
  readonly conditions: readonly Condition[]
}

/** The statements of one shape. All look between two places: before (`moment`, `before_serial`), at or after (`floor`, `floor_serial`). */
export interface SearchStatements {
  /** Rows, latest first, at most `limit`. */
  readonly rows: Statement<SessionRow>

  /** How many rows. */
  readonly count: Statement<{ readonly count: number }>

  /** The place `skip` rows behind the first one, whatever the conditions. */
  readonly placeBehind: Statement<PlaceRow>

  /** The last place of all, whatever the conditions. */
  readonly lastPlace: Statement<PlaceRow>
}

/** A place of a list. */
export interface PlaceRow {
  readonly moment: number
  readonly serial: number
}

/** A resource that some row has. */
export interface ResourceRow {
  readonly resource: string
}

/** Searches by shape. */
export interface SearchingStatements {
  /** The first resource, in the order of its bytes, that is no less than `resourcePrefix`, of open rows or of closed ones. */
  readonly openResourceFrom: Statement<ResourceRow>
  readonly closedResourceFrom: Statement<ResourceRow>
  readonly search: (shape: Shape) => SearchStatements
}

/** Builds them. */
export function searchingStatements(
  builder: Kysely<Database>,
  wholeRealm: (column: string) => string,
): SearchingStatements {
  const built = new Map<string, SearchStatements>()
  return {
    openResourceFrom: resourceFrom(builder, 'open'),
    closedResourceFrom: resourceFrom(builder, 'closed'),
    search(shape) {
      const key = [shape.path, shape.partition, shape.sort, ...[...shape.conditions].sort()].join(' ')
      const known = built.get(key) ?? build(builder, shape, wholeRealm('s.realm'))
      built.set(key, known)
      return known
    },
  }
}

function resourceFrom(builder: Kysely<Database>, partition: 'open' | 'closed'): Statement<ResourceRow> {
  return compile(
    builder
      .selectFrom('sessions as s')
      .select(sql.ref<string>('s.resource').as('resource'))
      .where(sql<boolean>`s.realm = ${place('realm')} and s.resource >= ${place('resourcePrefix')}`)
      .where(PARTITIONS[partition])
      .orderBy('s.resource')
      .limit(sql.lit(1)),
  )
}

function build(builder: Kysely<Database>, shape: Shape, realm: string): SearchStatements {
  const moment = momentOf(shape)
  const bare = builder.selectFrom('sessions as s')
  const counted = bare.leftJoin('user_agents as a', 'a.key', 's.user_agent') as unknown as Rows<object>
  const places = within(bare as unknown as Rows<object>, shape, realm).select([
    moment.as('moment'),
    sql.ref<number>('s.serial').as('serial'),
  ])
  return {
    rows: compile(
      sorted(suchThat(within(sessionRows(builder), shape, realm), shape), moment, 'desc').limit(
        place<number>('limit'),
      ),
    ),
    count: compile(suchThat(within(counted, shape, realm), shape).select(sql<number>`count(*)`.as('count'))),
    placeBehind: compile(
      sorted(places, moment, 'desc').limit(sql.lit(1)).offset(place<number>('skip')) as never,
    ),
    lastPlace: compile(sorted(places, moment, 'asc').limit(sql.lit(1)) as never),
  }
}

type Rows<Output> = SelectQueryBuilder<JoinedTables, 's' | 'a' | 'u' | 'r', Output>

const MOMENTS: Readonly<Record<Sort, RawBuilder<number>>> = {
  issued: sql`s.issued_at`,
  active: sql`s.last_active_at`,
}

/** What a search is ordered by. Where few are to be sorted, out of reach of the indexes of all of them in that order. */
function momentOf({ path, sort, partition }: Shape): RawBuilder<number> {
  const few = partition === 'due' || path === 'name' || (path === 'user' && sort === 'active')
  return few ? sql`(${MOMENTS[sort]} + 0)` : MOMENTS[sort]
}

function sorted<Output>(query: Rows<Output>, moment: RawBuilder<number>, way: 'asc' | 'desc'): Rows<Output> {
  return query.orderBy(moment, way).orderBy('s.serial', way)
}

/** Rows of a path and partition between two places. */
function within<Output>(query: Rows<Output>, shape: Shape, realm: string): Rows<Output> {
  const { path, partition } = shape
  const here = sql`(${momentOf(shape)}, s.serial)`
  const between = query
    .where(
      PATHS[path](
        partition === 'due' ? aside : sql.ref,
        partition === 'due' ? aside('s.realm') : sql.raw(realm),
      ),
    )
    .where(sql<boolean>`${here} < (${place<number>('moment')}, ${place<number>('before_serial')})`)
    .where(sql<boolean>`${here} >= (${place<number>('floor')}, ${place<number>('floor_serial')})`)
  return between.where(PARTITIONS[partition])
}

const PARTITIONS: Readonly<Record<Partition, RawBuilder<boolean>>> = {
  open: sql<boolean>`s.ended_at is null`,
  closed: sql<boolean>`s.ended_at is not null`,
  due: sql<boolean>`s.ended_at is null and s.due_at <= ${place<number>('now')}`,
}

function suchThat<Output>(query: Rows<Output>, { conditions }: Shape): Rows<Output> {
  return conditions.reduce((narrowed, condition) => narrowed.where(CONDITIONS[condition]), query)
}

/** A text column, out of reach of any index. */
function aside(column: string): RawBuilder<string> {
  return sql`(${sql.raw(column)} || '')`
}

/** The columns that lead the way in; what is due has a way of its own, and they only have to be right. */
const PATHS: Readonly<
  Record<
    Path,
    (column: (name: string) => RawBuilder<unknown>, realm: RawBuilder<unknown>) => RawBuilder<boolean>
  >
> = {
  user: (column) =>
    sql`${column('s.realm')} = ${place('realm')} and ${column('s.user_id')} = ${place('userId')}`,
  resource: (column) =>
    sql`${column('s.realm')} = ${place('realm')} and ${column('s.resource')} = ${place('resource')}`,
  name: (column) =>
    sql`${column('s.realm')} = ${place('realm')} and s.kind = ${place('kind')} and coalesce(s.resource, '') = ${place('resource')} and s.name = ${place('name')} and s.name is not null`,
  parent: (column) =>
    sql`${column('s.parent_id')} = ${place('parentId')} and ${aside('s.realm')} = ${place('realm')}`,
  address: (column) =>
    sql`${column('s.realm')} = ${place('realm')} and ${column('s.ip')} = ${place('address')}`,
  realm: (_, realm) => sql`${realm} = ${place('realm')}`,
}

/** What rows on the way are asked. None is put so that a planner could take it for the way in. */
const CONDITIONS: Readonly<Record<Condition, RawBuilder<boolean>>> = {
  live: sql<boolean>`${livesAt('s')} and ${outlivedByNoEpoch('s')}`,
  over: sql<boolean>`not (${livesAt('s')} and ${outlivedByNoEpoch('s')})`,
  userId: sql<boolean>`${aside('s.user_id')} = ${place('userId')}`,
  parentId: sql<boolean>`${aside('s.parent_id')} = ${place('parentId')}`,
  resource: sql<boolean>`${aside('s.resource')} = ${place('resource')}`,
  resourcePrefix: sql<boolean>`substr(s.resource, 1, length(${place('resourcePrefix')})) = ${place('resourcePrefix')}`,
  name: sql<boolean>`${aside('s.name')} = ${place('name')}`,
  kind: sql<boolean>`s.kind = ${place('kind')}`,
  serial: sql<boolean>`s.serial + 0 = ${place('serial')}`,
  stamp: sql<boolean>`s.stamp = ${place('stamp')}`,
  topLevel: sql<boolean>`s.parent_id is null`,
  reason: sql<boolean>`s.end_reason = ${place('reason')}`,
  deviceType: sql<boolean>`a.type = ${place('deviceType')}`,
  browser: sql<boolean>`substr(lower(a.browser) || ' ', 1, length(${place('browser')})) = ${place('browser')}`,
  os: sql<boolean>`lower(a.os) = ${place('os')}`,
  address: sql<boolean>`${aside('s.ip')} = ${place('address')}`,
  label: sql<boolean>`s.label = ${place('label')}`,
  level: sql<boolean>`s.authentication like ${place('level')}`,
  issuedAfter: sql<boolean>`s.issued_at + 0 >= ${place('issuedAfter')}`,
  issuedBefore: sql<boolean>`s.issued_at + 0 < ${place('issuedBefore')}`,
  activeAfter: sql<boolean>`s.last_active_at + 0 >= ${place('activeAfter')}`,
  activeBefore: sql<boolean>`s.last_active_at + 0 < ${place('activeBefore')}`,
}
