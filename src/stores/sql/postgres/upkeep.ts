/**
 * Upkeep that every node is after, and one at a time does: whoever finds another at it leaves it to them.
 *
 * @module
 */
import type { Transaction } from '../engine.ts'
import { type AnyOperation, OPERATIONS, type RequestOf } from '../operations/index.ts'
import type { SessionRow } from '../rows.ts'
import type { Statement } from '../statement.ts'
import { type Ground, isUnheard, openBatch } from './batch.ts'
import type { Connection } from './connection.ts'
import { remedyFor, unavailable, unknown } from './faults.ts'
import { partitionOfKept, type Reach } from './locks.ts'
import { DUE_IDS, READ_CLOCK, SALTED_IDS, TRY_LOCK } from './statements.ts'

/** Operations that nobody waits to have acknowledged. Their places here are the numbers of their locks, from 200 on. */
const UPKEEP = ['tidy', 'expire', 'eraseSalts', 'sweep', 'trim'] as const

/** The name of one of them. */
export type UpkeepName = (typeof UPKEEP)[number]

/** Does one of them, and returns what it has done. */
export type Upkeep = <Name extends UpkeepName>(name: Name, request: RequestOf<Name>) => Promise<number>

/** Sessions that one transaction ends at the most, as others may wait for theirs meanwhile. */
const CHUNK = 64

/** Ids of what an operation is about to write to. It writes to nothing else, and to that when it has the locks. */
const AIMS: { readonly [Name in UpkeepName]?: string } = { expire: DUE_IDS, eraseSalts: SALTED_IDS }

/** Makes what does upkeep on a connection that `get` has. */
export function upkeep(get: () => Promise<Connection>, ground: Ground): Upkeep {
  let before: Promise<unknown> = Promise.resolve()

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = before.then(work)
    before = turn.catch(() => undefined)
    return turn
  }

  async function inChunks(name: 'tidy' | 'expire' | 'eraseSalts', limit: number): Promise<number> {
    let done = 0
    for (;;) {
      const count = await inTurn(() => once(name, Math.min(CHUNK, limit - done)))
      done += count
      if (count === 0 || done >= limit) return done
    }
  }

  async function once(name: UpkeepName, request: unknown): Promise<number> {
    const connection = await get()
    try {
      const aim = AIMS[name]
      const reach = aim === undefined ? undefined : await aimAt(connection, aim, Number(request))
      if (reach?.size === 0) return 0
      return await transact(connection, name, request, reach)
    } catch (fault) {
      if (isUnheard(fault) || remedyFor(fault) === 'reconnect') connection.close()
      throw isUnheard(fault) ? unknown(fault) : unavailable(fault)
    }
  }

  async function aimAt(connection: Connection, aim: string, limit: number): Promise<Reach> {
    const { rows: clock } = await connection.ask<{ readonly now: number }>(READ_CLOCK, [])
    const now = ground.clock?.() ?? clock[0]?.now ?? 0
    const { rows } = await connection.ask<{ readonly id: string }>(aim, [now, limit])
    return new Set(rows.flatMap(({ id }) => partitionOfKept(id) ?? []))
  }

  async function transact(
    connection: Connection,
    name: UpkeepName,
    request: unknown,
    reach?: Reach,
  ): Promise<number> {
    const batch = await openBatch(connection, ground, reach ?? new Set())
    try {
      const number = 200 + UPKEEP.indexOf(name)
      const { rows } = await connection.ask<{ readonly mine: boolean }>(TRY_LOCK, [ground.space, number])
      const mine = rows[0]?.mine === true
      const operation = OPERATIONS[name] as unknown as AnyOperation
      const done = mine ? Number(await operation(within(batch.transaction(reach), reach), request)) : 0
      await batch.commit('as-it-is')
      return done
    } catch (fault) {
      if (remedyFor(fault) !== 'reconnect' && !isUnheard(fault)) await batch.rollback()
      throw fault
    }
  }

  return (name, request) =>
    name === 'sweep' || name === 'trim'
      ? inTurn(() => once(name, request))
      : inChunks(name as 'tidy', request as number)
}

/** A transaction that sees of what is due only what it has the locks for. */
function within(tx: Transaction, reach: Reach | undefined): Transaction {
  const { dueSessions, saltedSessions } = tx.statements
  const narrowed: ReadonlySet<Statement<unknown>> = new Set([dueSessions, saltedSessions])
  if (reach === undefined) return tx
  return {
    ...tx,
    async all<Row>(statement: Statement<Row>, values: Parameters<Transaction['all']>[1]) {
      const rows = await tx.all(statement, values)
      if (!narrowed.has(statement)) return rows
      return rows.filter((row) => reach.has(partitionOfKept((row as unknown as SessionRow).id) ?? -1))
    },
  }
}
