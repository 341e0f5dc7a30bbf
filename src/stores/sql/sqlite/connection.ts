/**
 * A connection to a SQLite file, and its prepared statements.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Reader } from '../engine.ts'
import type { Statement, Values } from '../statement.ts'
import { statementsFor } from '../statements.ts'
import { SQLITE } from './engine.ts'

/** A connection. Everything on it happens at once. */
export interface Connection extends Reader {
  readonly database: DatabaseSync
  all<Row>(statement: Statement<Row>, values: Values): readonly Row[]
  first<Row>(statement: Statement<Row>, values: Values): Row | undefined
  run(statement: Statement<unknown>, values: Values): number
  close(): void
}

/** How long a connection waits for another process that holds the file, in milliseconds. */
const BUSY_TIMEOUT = 5_000

/** Opens a connection that writes: write-ahead log, and every commit on the disk before it returns. */
export function openWriter(path: string): Connection {
  const connection = open(new DatabaseSync(path, { timeout: BUSY_TIMEOUT }))
  connection.database.exec('pragma journal_mode = wal')
  connection.database.exec('pragma synchronous = full')
  connection.database.exec('pragma temp_store = memory')
  connection.database.exec('pragma cache_size = -65536')
  return connection
}

/** Opens a connection that only reads. */
export function openReader(path: string): Connection {
  const connection = open(new DatabaseSync(path, { timeout: BUSY_TIMEOUT, readOnly: true }))
  connection.database.exec('pragma cache_size = -65536')
  return connection
}

function open(database: DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>()

  function prepare({ sql }: Statement<unknown>): StatementSync {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }

  return {
    database,
    statements: statementsFor(SQLITE.builder),
    all: <Row>(statement: Statement<Row>, values: Values) =>
      prepare(statement).all(...statement.bind(values)) as unknown as Row[],
    first: <Row>(statement: Statement<Row>, values: Values) =>
      prepare(statement).get(...statement.bind(values)) as Row | undefined,
    run: (statement, values) => Number(prepare(statement).run(...statement.bind(values)).changes),
    close() {
      prepared.clear()
      database.close()
    },
  }
}
