/**
 * Tokens that succeed each other, denials that can be named, and ways into the sessions for search.
 *
 * @module
 */
import { sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** The statements of this migration, in order. */
export function refreshAndSearch({
  builder,
  integer,
  text,
  numbering,
  canonicalAddress,
  lineFeed,
  wholeRealm,
}: Engine): readonly string[] {
  const { schema } = builder
  const sessions = schema.alterTable('sessions')
  const built = [
    sessions.addColumn('token_role', 'integer', (column) => column.notNull().defaultTo(sql.lit(0))),
    sessions.addColumn('predecessors', text),
    sessions.addColumn('salt_until', integer),
    schema
      .createTable('numbered_denials')
      .addColumn('id', integer, numbering)
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('key', text, (column) => column.notNull())
      .addColumn('value', text, (column) => column.notNull())
      .addColumn('at', integer, (column) => column.notNull())
      .addColumn('until', integer, (column) => column.notNull())
      .addColumn('by', text, (column) => column.notNull()),
  ]
  return [
    ...built.map((query) => query.compile().sql),
    `update sessions set ip = ${canonicalAddress('ip')} where ip is not null`,
    `update denials set value = ${canonicalAddress('value')} where key = 'address'`,
    ...movesOf(lineFeed),
    ...indexesOf(wholeRealm('realm')),
  ]
}

const movesOf = (lineFeed: string): readonly string[] => [
  `update sessions set token_role = coalesce((
    select case role when 'staff' then 1 when 'operator' then 2 else 0 end
    from users where users.realm = sessions.realm and users.id = sessions.user_id), 0)`,
  `insert into numbered_denials (realm, key, value, at, until, "by")
    select realm, key, replace(value, ${lineFeed}, ' '), 0, until, 'slibrary' from denials`,
  'drop table denials',
  'alter table numbered_denials rename to denials',
]

/**
 * A realm's sessions in the order of their activity; and where a device's address is known, by that.
 *
 * Between two ways that look alike to it, SQLite chooses by the order in which their indexes were made: so those of whole
 * realms are made again, behind those that lead to a part of one.
 */
const indexesOf = (realm: string): readonly string[] => [
  'create index denials_value on denials (realm, key, value)',
  'create index denials_realm on denials (realm, id)',
  'create index denials_until on denials (until)',
  'create index sessions_salted on sessions (salt_until) where salt_until is not null',
  `create index sessions_open_active on sessions (${realm}, last_active_at, serial) where ended_at is null`,
  `create index sessions_closed_active on sessions (${realm}, last_active_at, serial) where ended_at is not null`,
  'create index sessions_open_address on sessions (realm, ip, issued_at, serial) where ended_at is null and ip is not null',
  'create index sessions_closed_address on sessions (realm, ip, issued_at, serial) where ended_at is not null and ip is not null',
  'drop index sessions_open_realm',
  'drop index sessions_closed_realm',
  `create index sessions_open_realm on sessions (${realm}, issued_at, serial) where ended_at is null`,
  `create index sessions_closed_realm on sessions (${realm}, issued_at, serial) where ended_at is not null`,
]
