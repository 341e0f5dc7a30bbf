/**
 * Statements that only PostgreSQL is told, most of them with arrays for many at once.
 *
 * @module
 */
import { sql } from 'kysely'
import type { SessionRow } from '../rows.ts'
import type { JournalTable } from '../schema.ts'
import { compile, place, type Statement, type Value } from '../statement.ts'
import { livesAt, outlivedByNoEpoch } from '../statements/living.ts'
import { sessionRows } from '../statements/reading.ts'
import { POSTGRES } from './engine.ts'

/** The server's clock, in milliseconds since the Unix epoch. It goes on within a transaction. */
const NOW = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** The server's clock. */
export const READ_CLOCK: string = `select ${NOW} as now`

/** Locks so many numbers of a space, in their order, until the transaction ends. */
export const LOCK = 'select pg_advisory_xact_lock($1, number) from unnest($2::integer[]) as number'

/** Locks a number of a space until the transaction ends, unless somebody has it. */
export const TRY_LOCK = 'select pg_try_advisory_xact_lock($1, $2) as mine'

/** Takes the place at the end of the journal that nobody else gets before the transaction ends. */
export const LOCK_HEAD = 'select position from head for update'

/** Has a process stop what it is at. */
export const INTERRUPT = 'select pg_cancel_backend($1)'

/** Gives entries the positions that come next, and counts the commit. Whoever comes later waits for it. */
export const WRITE_JOURNAL = `with moved as (
    update head set position = position + $1, commits = commits + 1 returning position - $1 as before
  ), written as (
    insert into journal (position, written_at, at, realm, type, body)
    select moved.before + entry.number, $2, entry.at, entry.realm, entry.type, entry.body
    from moved, unnest($3::bigint[], $4::text[], $5::text[], $6::text[])
      with ordinality as entry (at, realm, type, body, number)
  )
  select before from moved`

/** What the journal has behind a position, what it has forgotten, and when that was looked at: of one moment. */
export const READ_JOURNAL: string = `select head.position as head, head.floor, ${NOW} as now,
    entry.position, entry.written_at, entry.at, entry.realm, entry.type, entry.body
  from head left join lateral (
    select * from journal where position > $1 order by position limit $2
  ) as entry on true
  order by entry.position`

/** A row of {@link READ_JOURNAL}: without an entry, all of one's columns are null. */
export interface JournalRow extends JournalTable {
  readonly head: number
  readonly floor: number
  readonly now: number
}

/** Keeps user agents that are new, as they were read first. */
export const INTERN_USER_AGENTS: string = `insert into user_agents (text, browser, os, type)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  on conflict do nothing`

/** User agents by text. */
export const FIND_USER_AGENTS =
  'select key, text, browser, os, type from user_agents where text = any($1::text[])'

/** Ids of rows that upkeep is about to look at. */
export const DUE_IDS =
  'select id from sessions where ended_at is null and due_at <= $1 order by due_at limit $2'
export const SALTED_IDS =
  'select id from sessions where salt_until is not null and salt_until <= $1 order by salt_until limit $2'

/** Sessions by `ids`, and the logins that they live under, with the server's clock. */
export const FIND_SESSIONS: Statement<SessionRow & { readonly looked_at: number }> = compile({
  compile: () =>
    sessionRows(POSTGRES.builder)
      .select(sql<number>`${sql.raw(NOW)}`.as('looked_at'))
      .where(
        sql<boolean>`s.id in (
          select unnest(${many('ids')}::text[])
          union select parent_id from sessions where id = any(${many('ids')}::text[]) and parent_id is not null)`,
      )
      .compile() as never,
})

/** Notes activity (`ids`, `moments`) of those that live `now`. */
export const TOUCH_SESSIONS: Statement<unknown> = compile({
  compile: () =>
    sql`update sessions set last_active_at = seen.active_at
      from unnest(${many('ids')}::text[], ${many('moments')}::bigint[]) as seen (id, active_at)
      where sessions.id = seen.id
        and sessions.ended_at is null
        and sessions.last_active_at < seen.active_at
        and ${livesAt('sessions')}
        and ${outlivedByNoEpoch('sessions')}`.compile(POSTGRES.builder),
})

/** An array as one value. */
export function array(values: readonly (string | number)[]): Value {
  return values as never
}

function many(name: string) {
  return place<string>(name)
}
