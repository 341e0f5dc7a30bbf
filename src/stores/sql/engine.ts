/**
 * What tells one SQL engine from another, and what every operation may ask of it.
 *
 * @module
 */
import type { ColumnDefinitionBuilder, Kysely, RawBuilder } from 'kysely'
import type { NewEvent } from '../../core/events.ts'
import type { Instant } from '../../core/time.ts'
import type { Database } from './schema.ts'
import type { Statement, Values } from './statement.ts'
import type { Statements } from './statements.ts'

/** A value, or a promise of it. SQLite has it at once, PostgreSQL does not. */
export type Awaitable<Type> = Type | Promise<Type>

/** The dialect of an engine: builds and compiles, runs nothing. */
export interface Engine {
  readonly builder: Kysely<Database>

  /** The type of a column of whole numbers beyond 32 bits. */
  readonly integer: 'integer' | 'bigint'

  /** The type of a column of bytes. */
  readonly bytes: 'blob' | 'bytea'

  /** The type of a column of text, compared and sorted by its bytes. */
  readonly text: 'text' | RawBuilder<string>

  /** Whether many processes may have a database open at once. */
  readonly shared: boolean

  /** Makes a column number its rows, never giving a number twice. */
  readonly numbering: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder

  /** Makes the next number of a session greater than the place `serial`; absent where a row that has one does. */
  readonly raiseSerial?: RawBuilder<unknown>

  /**
   * The column of a realm where all of the realm is meant, as the indexes that lead to it have it: such that an engine that
   * knows little of the rows takes neither those for a part of the realm nor others for all of it.
   */
  readonly wholeRealm: (column: string) => string

  /** The character that ends a line; for migrations. */
  readonly lineFeed: 'char(10)' | 'chr(10)'

  /** The address in a column, in its one way to be written (RFC 5952); for migrations. */
  readonly canonicalAddress: (column: string) => string
}

/** Runs statements that only look. */
export interface Reader {
  readonly statements: Statements
  all<Row>(statement: Statement<Row>, values: Values): Awaitable<readonly Row[]>
  first<Row>(statement: Statement<Row>, values: Values): Awaitable<Row | undefined>
}

/** Runs statements of one operation, which takes effect entirely or not at all. */
export interface Transaction extends Reader {
  /** The moment of the operation, by the store's clock. */
  readonly now: Instant

  /** Runs a statement that changes rows, and returns how many. */
  run(statement: Statement<unknown>, values: Values): Awaitable<number>

  /** Adds an entry to the journal. */
  append(event: NewEvent): Awaitable<void>

  /** Adds an entry and returns its position. Other writers may have to wait for theirs from then on: ask late, and seldom. */
  appendNumbered(event: NewEvent): Awaitable<number>

  /**
   * A position that has passed whatever the operation has told, for the `position` of its answer. An engine that gives
   * positions with the commit says 0 here, and writes into the answer what it came to.
   */
  position(): Awaitable<number>
}
