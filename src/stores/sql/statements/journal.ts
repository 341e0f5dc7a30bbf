/**
 * Statements about the journal.
 *
 * @module
 */
import { type Kysely, sql } from 'kysely'
import type { Database, HeadTable, JournalTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'

/** Statements about the journal. */
export interface JournalStatements {
  readonly readHead: Statement<HeadTable>

  /** Never without effect: SQLite makes no write, and no fsync, of an update that changes nothing. */
  readonly writeHead: Statement<unknown>
  readonly writeFloor: Statement<unknown>
  readonly insertEvent: Statement<unknown>
  readonly readEvents: Statement<JournalTable>

  /** The first position after `floor`, and up to `until`, that was written at or after `since`; null if there is none. */
  readonly firstSince: Statement<{ readonly position: number | null }>
  readonly deleteEvents: Statement<unknown>
}

/** Builds them. */
export function journalStatements(builder: Kysely<Database>): JournalStatements {
  return {
    readHead: compile(builder.selectFrom('head').selectAll()),
    writeHead: compile(
      builder
        .updateTable('head')
        .set({ position: place<number>('position'), commits: sql<number>`commits + 1` }),
    ),
    writeFloor: compile(builder.updateTable('head').set({ floor: place<number>('floor') })),
    insertEvent: compile(
      builder.insertInto('journal').values({
        position: place<number>('position'),
        written_at: place<number>('written_at'),
        at: place<number>('at'),
        realm: place<string>('realm'),
        type: place<string>('type'),
        body: place<string>('body'),
      }),
    ),
    readEvents: compile(
      builder
        .selectFrom('journal')
        .selectAll()
        .where('position', '>', place<number>('after'))
        .orderBy('position')
        .limit(place<number>('limit')),
    ),
    firstSince: compile(
      builder
        .selectFrom('journal')
        .select((select) => select.fn.min('position').as('position'))
        .where('position', '>', place<number>('floor'))
        .where('position', '<=', place<number>('until'))
        .where('written_at', '>=', place<number>('since')),
    ),
    deleteEvents: compile(builder.deleteFrom('journal').where('position', '<=', place<number>('floor'))),
  }
}
