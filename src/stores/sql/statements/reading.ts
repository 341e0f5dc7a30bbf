/**
 * Statements that find and list sessions.
 *
 * @module
 */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { SessionRow } from '../rows.ts'
import type { Database } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { outlivedByNoEpoch } from './ending.ts'

/** The ways into the table of sessions, each with an index of its own. */
export type Path = 'user' | 'resource' | 'parent' | 'realm'

/** Open rows have no ending written, closed ones have. */
export type Partition = 'open' | 'closed'

/** Statements that find and list sessions. */
export interface ReadingStatements {
  /** By `id`. */
  readonly findSession: Statement<SessionRow>

  /** Newest first behind (`moment`, `serial`), at most `limit`; by the field of the path. */
  readonly listSessions: Readonly<Record<`${Path} ${Partition}`, Statement<SessionRow>>>

  /** Open rows due at `now`, at most `limit`. */
  readonly dueSessions: Statement<SessionRow>
}

const PATHS = ['user', 'resource', 'parent', 'realm'] as const
const PARTITIONS = ['open', 'closed'] as const

/** Builds them. */
export function readingStatements(builder: Kysely<Database>): ReadingStatements {
  const entries = PATHS.flatMap((path) =>
    PARTITIONS.map(
      (partition) => [`${path} ${partition}`, compile(listing(builder, path, partition))] as const,
    ),
  )
  return {
    findSession: compile(rows(builder).where('s.id', '=', place<string>('id'))),
    listSessions: Object.fromEntries(entries) as ReadingStatements['listSessions'],
    dueSessions: compile(
      rows(builder)
        .where('s.ended_at', 'is', null)
        .where('s.due_at', '<=', place<number>('now'))
        .where(outlivedByNoEpoch('s'))
        .orderBy('s.due_at')
        .limit(place<number>('limit')),
    ),
  }
}

function listing(builder: Kysely<Database>, path: Path, partition: Partition) {
  const query = byPath(rows(builder), path)
    .where(sql<boolean>`(s.issued_at, s.serial) < (${place<number>('moment')}, ${place<number>('serial')})`)
    .orderBy('s.issued_at', 'desc')
    .orderBy('s.serial', 'desc')
    .limit(place<number>('limit'))
  return partition === 'open'
    ? query.where('s.ended_at', 'is', null)
    : query.where('s.ended_at', 'is not', null)
}

type Rows = ReturnType<typeof rows>

function byPath(query: Rows, path: Path): Rows {
  if (path === 'parent') return query.where('s.parent_id', '=', place<string>('parent'))
  const inRealm = query.where('s.realm', '=', place<string>('realm'))
  if (path === 'user') return inRealm.where('s.user_id', '=', place<string>('user'))
  return path === 'resource' ? inRealm.where('s.resource', '=', place<string>('resource')) : inRealm
}

/** Sessions with their user agent, their user, and the epochs that may have ended them. */
function rows(builder: Kysely<Database>): SelectQueryBuilder<Joined, 's' | 'a' | 'u' | 'r', SessionRow> {
  return builder
    .selectFrom('sessions as s')
    .leftJoin('user_agents as a', 'a.key', 's.user_agent')
    .leftJoin('users as u', (join) => join.onRef('u.realm', '=', 's.realm').onRef('u.id', '=', 's.user_id'))
    .leftJoin('realms as r', 'r.realm', 's.realm')
    .selectAll('s')
    .select(['a.text', 'a.browser', 'a.os', 'a.type'])
    .select([
      'u.display_name',
      'u.role',
      'u.banned',
      'u.ban_reason',
      'u.epoch as current_user_epoch',
      'u.created_at as user_created_at',
    ])
    .select('r.epoch as current_realm_epoch') as never
}

type Joined = Database & {
  readonly s: Database['sessions']
  readonly a: Database['user_agents']
  readonly u: Database['users']
  readonly r: Database['realms']
}
