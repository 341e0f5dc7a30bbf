/**
 * Short questions: by id, and what the journal has. Those asked at once go together.
 *
 * @module
 */
import type { Found, JournalPage } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import type { Reader } from '../engine.ts'
import { find, readJournal } from '../reads.ts'
import { fromId, type SessionRow } from '../rows.ts'
import type { Statement, Values } from '../statement.ts'
import type { Statements } from '../statements.ts'
import type { Connection } from './connection.ts'
import { array, FIND_SESSIONS, type JournalRow, READ_JOURNAL } from './statements.ts'

/** Asks with statements on a connection. */
export function readerOn(connection: Connection, statements: Statements, patience?: number): Reader {
  return {
    statements,
    all: async (statement, values) => (await connection.query(statement, values, patience)).rows,
    first: async (statement, values) => (await connection.query(statement, values, patience)).rows[0],
  }
}

/** Finds sessions by id. */
export type Finder = (id: string) => Promise<Found | undefined>

/** Ids that one question asks for at the most. */
const TOGETHER = 64

interface Asked {
  readonly id: string
  readonly resolve: (found: Found | undefined) => void
  readonly reject: (fault: unknown) => void
}

/** Makes a finder: whatever is asked for in one turn of the event loop goes in one question. */
export function finder(
  get: () => Promise<Connection>,
  statements: Statements,
  clock: (() => Instant) | undefined,
): Finder {
  let asked: Asked[] = []

  function send(): void {
    while (asked.length > 0) {
      const together = asked.slice(0, TOGETHER)
      asked = asked.slice(TOGETHER)
      answer(together).catch((fault: unknown) => {
        for (const { reject } of together) reject(fault)
      })
    }
  }

  async function answer(together: readonly Asked[]): Promise<void> {
    const connection = await get()
    const at = clock?.()
    const ids = [...new Set(together.map(({ id }) => fromId(id)))]
    const { rows } = await connection.query(FIND_SESSIONS, { ids: array(ids) })
    const byId = new Map(rows.map((row) => [row.id, row]))
    const now = at ?? rows[0]?.looked_at ?? 0
    const reader = readerOn(connection, statements)
    for (const { id, resolve, reject } of together) find(having(reader, byId), id, now).then(resolve, reject)
  }

  return (id) =>
    new Promise((resolve, reject) => {
      if (asked.length === 0) queueMicrotask(() => setImmediate(send))
      asked.push({ id, resolve, reject })
    })
}

/** A reader that has these rows at hand, each for one look: whoever looks again wants to know how it is by then. */
function having(reader: Reader, rows: ReadonlyMap<string, SessionRow>): Reader {
  const looked = new Set<string>()
  return {
    ...reader,
    first<Row>(statement: Statement<Row>, values: Values) {
      const id = String(values.id)
      const isAtHand = (statement as unknown) === reader.statements.findSession && !looked.has(id)
      if (!isAtHand) return reader.first(statement, values)
      looked.add(id)
      return rows.get(id) as Row | undefined
    },
  }
}

/** Reads the journal after a position, what it has forgotten, and the clock: all of one moment. */
export async function readTail(
  connection: Connection,
  statements: Statements,
  {
    after,
    limit,
    clock,
  }: { readonly after?: string; readonly limit: number; readonly clock?: () => Instant },
): Promise<JournalPage> {
  const at = clock?.()
  const from = after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : undefined
  const { rows } = await connection.ask<JournalRow>(READ_JOURNAL, [from ?? 0, from === undefined ? 0 : limit])
  const [first] = rows
  const entries = rows.filter(({ position }) => position !== null)
  const reader = {
    statements,
    first: () => first && { one: 1, position: first.head, floor: first.floor, commits: 0 },
    all: () => entries,
  } as unknown as Reader
  return readJournal(reader, after, limit, at ?? first?.now ?? 0)
}
