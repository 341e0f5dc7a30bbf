/**
 * The first schema. Never changed once released: a later migration does that.
 *
 * @module
 */
import { sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** The statements of this migration, in order. */
export function sessions({ builder, integer, bytes, text, numbering }: Engine): readonly string[] {
  const { schema } = builder
  const built = [
    schema
      .createTable('realms')
      .addColumn('realm', text, (column) => column.primaryKey())
      .addColumn('epoch', integer, (column) => column.notNull()),
    schema
      .createTable('users')
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('display_name', text)
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('banned', 'integer', (column) => column.notNull())
      .addColumn('ban_reason', text)
      .addColumn('epoch', integer, (column) => column.notNull())
      .addColumn('last_stamp', integer, (column) => column.notNull())
      .addColumn('created_at', integer, (column) => column.notNull())
      .addPrimaryKeyConstraint('users_key', ['realm', 'id']),
    schema
      .createTable('user_agents')
      .addColumn('key', integer, numbering)
      .addColumn('text', text, (column) => column.notNull().unique())
      .addColumn('browser', text)
      .addColumn('os', text)
      .addColumn('type', text),
    schema
      .createTable('sessions')
      .addColumn('serial', integer, numbering)
      .addColumn('id', text, (column) => column.notNull().unique())
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('kind', 'integer', (column) => column.notNull())
      .addColumn('user_id', text)
      .addColumn('parent_id', text)
      .addColumn('resource', text)
      .addColumn('name', text)
      .addColumn('token_hash', sql.raw(bytes))
      .addColumn('stamp', integer, (column) => column.notNull())
      .addColumn('issued_at', integer, (column) => column.notNull())
      .addColumn('authenticated_ago', integer, (column) => column.notNull())
      .addColumn('last_active_at', integer, (column) => column.notNull())
      .addColumn('expires_at', integer, (column) => column.notNull())
      .addColumn('idle', integer)
      .addColumn('due_at', integer, (column) => column.notNull())
      .addColumn('ip', text)
      .addColumn('user_agent', integer)
      .addColumn('label', text)
      .addColumn('authentication', text)
      .addColumn('data', text)
      .addColumn('realm_epoch', integer, (column) => column.notNull())
      .addColumn('user_epoch', integer, (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('ended_at', integer)
      .addColumn('end_reason', text)
      .addColumn('end_by', text),
    schema
      .createTable('mass_endings')
      .addColumn('position', integer, (column) => column.primaryKey())
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('user_id', text)
      .addColumn('at', integer, (column) => column.notNull())
      .addColumn('reason', text, (column) => column.notNull())
      .addColumn('by', text, (column) => column.notNull()),
    schema
      .createTable('denials')
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('key', text, (column) => column.notNull())
      .addColumn('value', text, (column) => column.notNull())
      .addColumn('until', integer, (column) => column.notNull()),
    schema
      .createTable('access_keys')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('hash', sql.raw(bytes), (column) => column.notNull().unique())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('scopes', text, (column) => column.notNull())
      .addColumn('created_at', integer, (column) => column.notNull())
      .addColumn('withdrawn_at', integer),
    schema
      .createTable('journal')
      .addColumn('position', integer, (column) => column.primaryKey())
      .addColumn('written_at', integer, (column) => column.notNull())
      .addColumn('at', integer, (column) => column.notNull())
      .addColumn('realm', text, (column) => column.notNull())
      .addColumn('type', text, (column) => column.notNull())
      .addColumn('body', text, (column) => column.notNull()),
    schema
      .createTable('head')
      .addColumn('one', 'integer', (column) => column.primaryKey())
      .addColumn('position', integer, (column) => column.notNull())
      .addColumn('floor', integer, (column) => column.notNull())
      .addColumn('commits', integer, (column) => column.notNull()),
  ]
  return [
    ...built.map((query) => query.compile().sql),
    ...INDEXES,
    'insert into head (one, position, floor, commits) values (1, 0, 0, 0)',
  ]
}

/** Open rows and closed ones are indexed apart, so that a list of the living never wades through the dead. */
const INDEXES = [
  'create index sessions_open_user on sessions (realm, user_id, issued_at, serial) where ended_at is null and user_id is not null',
  'create index sessions_closed_user on sessions (realm, user_id, issued_at, serial) where ended_at is not null and user_id is not null',
  'create index sessions_open_resource on sessions (realm, resource, issued_at, serial) where ended_at is null and resource is not null',
  'create index sessions_closed_resource on sessions (realm, resource, issued_at, serial) where ended_at is not null and resource is not null',
  'create index sessions_open_parent on sessions (parent_id, issued_at, serial) where ended_at is null and parent_id is not null',
  'create index sessions_closed_parent on sessions (parent_id, issued_at, serial) where ended_at is not null and parent_id is not null',
  'create index sessions_open_realm on sessions (realm, issued_at, serial) where ended_at is null',
  'create index sessions_closed_realm on sessions (realm, issued_at, serial) where ended_at is not null',
  "create unique index sessions_live_name on sessions (realm, kind, coalesce(resource, ''), name) where ended_at is null and name is not null",
  'create index sessions_due on sessions (due_at) where ended_at is null',
  'create index sessions_forgettable on sessions (due_at) where ended_at is not null',
  'create index mass_endings_scope on mass_endings (realm, user_id, position)',
  'create index denials_value on denials (realm, key, value)',
  'create index denials_until on denials (until)',
] as const
