/**
 * Statements that begin sessions.
 *
 * @module
 */
import { type Kysely, sql } from 'kysely'
import type { Database, SessionTable, UserAgentTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'

/** Statements that begin sessions. */
export interface IssuingStatements {
  /** The epoch of a `realm`. */
  readonly findRealm: Statement<{ readonly epoch: number }>
  readonly insertRealm: Statement<unknown>

  /** The open row that holds a `name` of that `realm`, `kind` and `resource`. */
  readonly findNameHolder: Statement<{ readonly id: string }>
  readonly findUserAgent: Statement<Omit<UserAgentTable, 'key'> & { readonly key: number }>
  readonly updateUserAgent: Statement<unknown>
  readonly insertUserAgent: Statement<{ readonly key: number }>
  readonly insertSession: Statement<{ readonly serial: number }>
}

/** The columns of a session that are given when it begins, in no particular order. */
export const SESSION_COLUMNS: readonly Exclude<
  keyof SessionTable,
  'serial' | 'predecessors' | 'salt_until' | 'ended_at' | 'end_reason' | 'end_by'
>[] = [
  'id',
  'realm',
  'kind',
  'user_id',
  'parent_id',
  'resource',
  'name',
  'token_hash',
  'stamp',
  'issued_at',
  'authenticated_ago',
  'last_active_at',
  'expires_at',
  'idle',
  'due_at',
  'ip',
  'user_agent',
  'label',
  'authentication',
  'data',
  'realm_epoch',
  'user_epoch',
  'revision',
  'token_role',
  'node',
]

/** Builds them. */
export function issuingStatements(builder: Kysely<Database>): IssuingStatements {
  return {
    findRealm: compile(
      builder.selectFrom('realms').select('epoch').where('realm', '=', place<string>('realm')),
    ),
    insertRealm: compile(
      builder
        .insertInto('realms')
        .values({ realm: place<string>('realm'), epoch: place<number>('epoch') })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    findNameHolder: compile(
      builder
        .selectFrom('sessions')
        .select('id')
        .where('realm', '=', place<string>('realm'))
        .where('kind', '=', place<number>('kind'))
        .where(sql<boolean>`coalesce(resource, '') = ${place<string>('resource')}`)
        .where('name', '=', place<string>('name'))
        .where('name', 'is not', null)
        .where('ended_at', 'is', null),
    ),
    findUserAgent: compile(
      builder.selectFrom('user_agents').selectAll().where('text', '=', place<string>('text')),
    ),
    updateUserAgent: compile(
      builder
        .updateTable('user_agents')
        .set({ browser: place<string>('browser'), os: place<string>('os'), type: place<string>('type') })
        .where('text', '=', place<string>('text')),
    ),
    insertUserAgent: compile(
      builder
        .insertInto('user_agents')
        .values({
          text: place<string>('text'),
          browser: place<string>('browser'),
          os: place<string>('os'),
          type: place<string>('type'),
        })
        .returning('key'),
    ),
    insertSession: compile(
      builder.insertInto('sessions').values(placesOf(SESSION_COLUMNS)).returning('serial'),
    ),
  }
}

function placesOf(columns: readonly string[]): never {
  return Object.fromEntries(columns.map((column) => [column, place(column)])) as never
}
