/**
 * One transaction: tasks that arrived together, each done entirely or the whole of it not at all.
 *
 * Tasks that write to different partitions are under way at once, on one connection. Entries of the journal get their
 * positions with the last statement before the commit, so that other nodes wait for it as shortly as can be.
 *
 * @module
 */
import type { NewEvent } from '../../../core/events.ts'
import type { Instant } from '../../../core/time.ts'
import type { Transaction } from '../engine.ts'
import type { Statement, Values } from '../statement.ts'
import type { Statements } from '../statements.ts'
import { type Connection, LOCKED } from './connection.ts'
import { partitionOfKept, type Reach } from './locks.ts'
import { LOCK, LOCK_HEAD, READ_CLOCK, WRITE_JOURNAL } from './statements.ts'

/** What every transaction of a store has in common. */
export interface Ground {
  readonly statements: Statements

  /** The numbers that the locks of this schema are in. */
  readonly space: number

  /** What is notified when the journal has grown. */
  readonly channel: string
  readonly patience: number

  /**
   * Has PostgreSQL stop waiting for what a connection waits for, by another one: a commit that waits for a standby holds its
   * locks until then, and nothing else ends that wait.
   */
  readonly interrupt: (connection: Connection) => void

  /** Decides instead of the server's clock. */
  readonly clock?: () => Instant
}

/** A transaction that has its locks and its moment. */
export interface OpenBatch {
  readonly now: Instant

  /** What an operation works with. It may write to sessions of what is locked only; to any where nothing is named. */
  transaction(locked?: Reach): Transaction

  /** Writes the journal, and commits. Answers with the last position; 0 where nothing was written to the journal. */
  commit(how: 'always-written' | 'as-it-is'): Promise<number>

  /** Undoes everything. */
  rollback(): Promise<void>
}

/** A session's partition that a task has to lock before it writes there. */
export interface Crossing extends Error {
  readonly partition: number
}

/** Tells whether a task has reached for a partition that was not locked for it. */
export function isCrossing(fault: unknown): fault is Crossing {
  return fault instanceof Error && 'partition' in fault
}

/** The commit was sent, and what became of it was not heard. */
export interface Unheard extends Error {
  readonly unheard: true
}

/** Tells whether a commit may or may not have happened. */
export function isUnheard(fault: unknown): fault is Unheard {
  return fault instanceof Error && 'unheard' in fault
}

/** Begins a transaction, and waits for its locks. */
export async function openBatch(connection: Connection, ground: Ground, reach: Reach): Promise<OpenBatch> {
  const { space, patience, clock } = ground
  const numbers = [...reach].sort((one, other) => one - other)
  const long = patience * (LOCKED + 0.5)
  const [, , moment] = await together([
    connection.say('begin'),
    numbers.length > 0 && connection.ask(LOCK, [space, numbers], long),
    connection.ask<{ readonly now: number }>(READ_CLOCK, [], long),
  ] as const)
  const now = clock?.() ?? moment.rows[0]?.now ?? 0
  return batch(connection, ground, now)
}

function batch(connection: Connection, ground: Ground, now: Instant): OpenBatch {
  const { statements, patience, channel, interrupt } = ground
  const entries: NewEvent[] = []
  let before: Promise<number> | undefined

  async function lockHead(): Promise<number> {
    const { rows } = await connection.ask<{ readonly position: number }>(
      LOCK_HEAD,
      [],
      patience * (LOCKED + 0.5),
    )
    return rows[0]?.position ?? 0
  }

  function transaction(locked?: Reach): Transaction {
    const guarded = guardedStatements(statements)
    const query = <Row>(statement: Statement<Row>, values: Values) =>
      connection.query(
        statement,
        values,
        statement === statements.countRealmSessions ? patience * 10 : undefined,
      )
    return {
      statements,
      now,
      all: async (statement, values) => (await query(statement, values)).rows,
      first: async (statement, values) => (await query(statement, values)).rows[0],
      async run(statement, values) {
        if (locked !== undefined && guarded.has(statement)) stayWithin(locked, values)
        return (await query(statement, values)).count
      },
      append: (event) => void entries.push(event),
      async appendNumbered(event) {
        before ??= lockHead()
        const last = await before
        return last + entries.push(event)
      },
      position: () => 0,
    }
  }

  async function finish(how: 'always-written' | 'as-it-is'): Promise<number> {
    const writes = how === 'always-written' || entries.length > 0
    const long = patience * (LOCKED + 0.5)
    const tooLong = setTimeout(() => interrupt(connection), patience * LOCKED)
    connection.warnings()
    const [written, notified, committed] = await Promise.allSettled([
      writes && connection.ask<Before>(WRITE_JOURNAL, valuesOf(entries, now), long),
      entries.length > 0 && connection.say(`notify ${channel}`, long),
      connection.say('commit', long),
    ])
    clearTimeout(tooLong)
    checkCommit(committed, connection.warnings(), written, notified)
    const before = written.status === 'fulfilled' && written.value ? written.value.rows[0]?.before : undefined
    return (before ?? 0) + entries.length
  }

  return {
    now,
    transaction,
    commit: finish,
    rollback: async () => void (await connection.say('rollback')),
  }
}

function valuesOf(entries: readonly NewEvent[], now: Instant): readonly unknown[] {
  const bodies = entries.map(({ at: _at, realm: _realm, type: _type, ...body }) => JSON.stringify(body))
  return [
    entries.length,
    now,
    entries.map(({ at }) => at),
    entries.map(({ realm }) => realm),
    entries.map(({ type }) => type),
    bodies,
  ]
}

interface Before {
  readonly before: number
}

/** Throws unless PostgreSQL has said that it kept everything, and everywhere it was to. */
function checkCommit(
  committed: PromiseSettledResult<string>,
  [warning]: readonly string[],
  ...before: readonly PromiseSettledResult<unknown>[]
): void {
  if (committed.status === 'rejected')
    throw isClear(committed.reason) ? committed.reason : unheard(committed.reason)
  if (committed.value !== 'COMMIT') throw failureOf(...before)
  if (warning !== undefined) throw unheard(new Error(warning))
}

/** Waits for all of what was sent, and throws what failed first. */
async function together<Sent extends readonly unknown[]>(
  sent: readonly [...Sent],
): Promise<{ -readonly [Index in keyof Sent]: Awaited<Sent[Index]> }> {
  await Promise.allSettled(sent)
  return Promise.all(sent)
}

function failureOf(...settled: readonly PromiseSettledResult<unknown>[]): unknown {
  for (const each of settled) if (each.status === 'rejected') return each.reason
  return new Error('PostgreSQL undid the transaction')
}

/** Where PostgreSQL itself refused the commit, and went on: nothing was written. */
function isClear(fault: unknown): boolean {
  return fault instanceof Error && 'severity' in fault && fault.severity === 'ERROR'
}

function unheard(cause: unknown): Unheard {
  const message = cause instanceof Error ? cause.message : String(cause)
  return Object.assign(new Error(message, { cause }), { unheard: true as const })
}

function stayWithin(locked: Reach, { id, kept }: Values): void {
  for (const one of [id, kept]) {
    const partition = typeof one === 'string' ? partitionOfKept(one) : undefined
    if (partition === undefined || locked.has(partition)) continue
    throw Object.assign(new Error(`Partition ${partition} is not locked`), { partition }) satisfies Crossing
  }
}

const GUARDED = new WeakMap<Statements, ReadonlySet<Statement<unknown>>>()

function guardedStatements(statements: Statements): ReadonlySet<Statement<unknown>> {
  const known = GUARDED.get(statements)
  if (known !== undefined) return known
  const made = new Set<Statement<unknown>>([
    statements.endSession,
    statements.replaceSession,
    statements.touchSession,
    statements.rotateSession,
    statements.reissueSession,
    statements.writeSalts,
    statements.postponeSession,
    statements.insertSession,
    statements.keepInUser,
    statements.keepInRealm,
  ])
  GUARDED.set(statements, made)
  return made
}
