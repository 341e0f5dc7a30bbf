/**
 * Bringing a schema of PostgreSQL to what this version knows; any number of nodes may begin with it at once.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import type { Connection } from './connection.ts'
import { POSTGRES } from './engine.ts'
import { lockSpace, SCHEMA } from './locks.ts'

/** How long one migration, or waiting for another node's, may take, in milliseconds. */
const LONG = 10 * 60_000

/**
 * Runs the migrations that the schema has not seen, in one transaction, and makes the schema where there is none.
 *
 * @throws RollcallError `conflict` for a schema that a newer Rollcall, or something else, has written.
 */
export async function migrate(connection: Connection, schema: string): Promise<void> {
  if ((await seenBy(connection, schema)) === MIGRATIONS.length) return
  const say = (sql: string): Promise<string> => connection.say(sql, LONG)
  await say('begin')
  try {
    await say('set local statement_timeout = 0')
    await say('set local lock_timeout = 0')
    await say('set local idle_in_transaction_session_timeout = 0')
    await connection.ask('select pg_advisory_xact_lock($1, $2)', [lockSpace(schema), SCHEMA], LONG)
    const seen = await seenBy(connection, schema)
    if (seen === 0) {
      await say(`create schema if not exists ${schema}`)
      await say('create table if not exists migrations (number integer primary key, name text not null)')
    }
    for (const [index, { name, statements }] of MIGRATIONS.entries()) {
      if (index < seen) continue
      for (const statement of statements(POSTGRES)) await say(statement)
      await connection.ask('insert into migrations (number, name) values ($1, $2)', [index + 1, name])
    }
    if (seen === 0) for (const statement of TUNING) await say(statement)
    await say('commit')
  } catch (fault) {
    await say('rollback').catch(() => undefined)
    throw fault
  }
}

/** The head is written with every commit: room on its page keeps it from wandering. */
const TUNING = ['alter table head set (fillfactor = 10, autovacuum_vacuum_scale_factor = 0)'] as const

interface Table {
  readonly name: string
}

/** How many migrations a schema has seen; 0 for one with nothing in it, or that is not there. */
async function seenBy(connection: Connection, schema: string): Promise<number> {
  const { rows } = await connection.ask<Table>(
    `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    [schema],
  )
  const tables = new Set(rows.map(({ name }) => name))
  if (tables.size === 0) return 0
  if (!tables.has('migrations') || !tables.has('sessions') || !tables.has('head')) throw stranger(schema)
  const { rows: seen } = await connection.ask<{ readonly seen: number; readonly first: string | null }>(
    'select coalesce(max(number), 0)::integer as seen, min(name) filter (where number = 1) as first from migrations',
    [],
  )
  const [{ seen: count, first } = { seen: 0, first: null }] = seen
  if (first !== MIGRATIONS[0]?.name) throw stranger(schema)
  if (count > MIGRATIONS.length) {
    throw new RollcallError(
      'conflict',
      `The schema ${schema} was written by a newer Rollcall (schema ${count}; this one knows ${MIGRATIONS.length}). Start the newer version, or restore a backup from before the upgrade.`,
    )
  }
  return count
}

function stranger(schema: string): RollcallError {
  return new RollcallError(
    'conflict',
    `The schema ${schema} has tables of another program. Give Rollcall a schema of its own.`,
  )
}
