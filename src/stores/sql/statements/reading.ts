/**
 * Statements that find sessions, and the columns that they are found with.
 *
 * @module
 */
import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { SessionRow } from '../rows.ts'
import type { Database } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { livesAt, outlivedByNoEpoch } from './living.ts'

/** Statements that find sessions. */
export interface ReadingStatements {
  /** By `id`. */
  readonly findSession: Statement<SessionRow>

  /** Open rows due at `now`, at most `limit`. */
  readonly dueSessions: Statement<SessionRow>

  /** Lines that live at `now`, of nodes between `after` and `before`, at most `limit`. */
  readonly linesBetween: Statement<SessionRow>

  /** Rows with a salt whose grace is over at `now`, at most `limit`. */
  readonly saltedSessions: Statement<SessionRow>
}

/** Builds them. */
export function readingStatements(builder: Kysely<Database>): ReadingStatements {
  return {
    findSession: compile(sessionRows(builder).where('s.id', '=', place<string>('id'))),
    dueSessions: compile(
      sessionRows(builder)
        .where('s.ended_at', 'is', null)
        .where('s.due_at', '<=', place<number>('now'))
        .where(outlivedByNoEpoch('s'))
        .orderBy('s.due_at')
        .limit(place<number>('limit')),
    ),
    linesBetween: compile(
      sessionRows(builder)
        .where('s.ended_at', 'is', null)
        .where('s.node', 'is not', null)
        .where('s.node', '>', place<string>('after'))
        .where('s.node', '<', place<string>('before'))
        .where(livesAt('s'))
        .where(outlivedByNoEpoch('s'))
        .limit(place<number>('limit')),
    ),
    saltedSessions: compile(
      sessionRows(builder)
        .where('s.salt_until', 'is not', null)
        .where('s.salt_until', '<=', place<number>('now'))
        .orderBy('s.salt_until')
        .limit(place<number>('limit')),
    ),
  }
}

/** Sessions with their user agent, their user, and the epochs that may have ended them. */
export function sessionRows(
  builder: Kysely<Database>,
): SelectQueryBuilder<JoinedTables, 's' | 'a' | 'u' | 'r', SessionRow> {
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

/** The tables that a session is read from. */
export type JoinedTables = Database & {
  readonly s: Database['sessions']
  readonly a: Database['user_agents']
  readonly u: Database['users']
  readonly r: Database['realms']
}
