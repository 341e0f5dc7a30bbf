/**
 * Group commit: tasks that arrive while a commit is under way share the next transaction.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'
import type { SessionDraft } from '../../../core/store.ts'
import type { Transaction } from '../engine.ts'
import { type AnyOperation, OPERATIONS, type OperationName, type RequestOf } from '../operations/index.ts'
import { fromId } from '../rows.ts'
import type { UserAgentTable } from '../schema.ts'
import { type Ground, isCrossing, isUnheard, type OpenBatch, openBatch } from './batch.ts'
import type { Connection } from './connection.ts'
import { ABORTED, remedyFor, sqlState, unavailable, unknown } from './faults.ts'
import { array, FIND_USER_AGENTS, INTERN_USER_AGENTS, TOUCH_SESSIONS } from './statements.ts'

/** One thing to be done, and whoever waits for its answer. */
export interface Task {
  readonly name: string

  /** What it does, which may be done again from the beginning. */
  readonly work: (tx: Transaction) => Promise<unknown>

  /** Numbers that are locked while it is done. It is told where they were too few. */
  readonly reach: Set<number>

  /** Whether it asks for positions while others might still be under way. */
  readonly numbered: boolean

  /** A user agent that it will look for. */
  readonly draft?: SessionDraft
  readonly resolve: (answer: never) => void
  readonly reject: (fault: unknown) => void
}

/** How often a task that crossed others is tried by itself. */
const TRIES = 5

/** Makes a task of an operation. */
export function taskOf<Name extends OperationName>(
  name: Name,
  request: RequestOf<Name>,
): Pick<Task, 'name' | 'work' | 'numbered' | 'draft'> {
  const operation = (name === 'touch' ? touchTogether : OPERATIONS[name]) as AnyOperation
  return {
    name,
    work: (tx) => operation(tx, request),
    numbered: NUMBERED[name]?.(request as never) ?? false,
    ...(name === 'insert' && { draft: (request as RequestOf<'insert'>).draft }),
  }
}

/** Notes all activity with one statement. */
async function touchTogether(tx: Transaction, activity: RequestOf<'touch'>): Promise<void> {
  const moments = new Map<string, number>()
  for (const { id, ago } of activity) {
    const kept = fromId(id)
    moments.set(kept, Math.max(moments.get(kept) ?? 0, tx.now - ago))
  }
  const values = { ids: array([...moments.keys()]), moments: array([...moments.values()]), now: tx.now }
  await tx.run(TOUCH_SESSIONS, values)
}

/** Operations that need to know positions before they are done: they come last. */
const NUMBERED: { readonly [Name in OperationName]?: (request: RequestOf<Name>) => boolean } = {
  advanceEpoch: () => true,
  updateUser: ({ patch }) => patch.banned === true,
}

/** Does tasks and settles each. Never throws. */
export type Performer = (tasks: readonly Task[]) => Promise<void>

/** Makes what does tasks on a connection that `get` has. */
export function performer(get: () => Promise<Connection>, ground: Ground): Performer {
  const userAgents = new LRUCache<string, KnownUserAgent>({ max: 2_000 })

  async function perform(tasks: readonly Task[]): Promise<void> {
    const alone: Task[] = []
    let left = tasks
    while (left.length > 0) {
      const failed = await attempt(left)
      if (failed === undefined) break
      left = left.filter((task) => task !== failed.task)
      if (isCrossing(failed.fault)) failed.task.reach.add(failed.fault.partition)
      else if (remedyFor(failed.fault) !== 'again') {
        failed.task.reject(unavailable(failed.fault))
        continue
      }
      alone.push(failed.task)
    }
    for (const task of alone) await insist(task)
  }

  /** Tries a task by itself, until it goes through. */
  async function insist(task: Task): Promise<void> {
    let last: unknown
    for (let tries = 0; tries < TRIES; tries++) {
      const failed = await attempt([task])
      if (failed === undefined) return
      last = failed.fault
      if (isCrossing(last)) task.reach.add(last.partition)
      else if (remedyFor(last) !== 'again') break
    }
    task.reject(unavailable(last))
  }

  /** Does tasks in one transaction and settles them; answers with the one that failed, where all are to be done again. */
  async function attempt(tasks: readonly Task[]): Promise<Failed | undefined> {
    let connection: Connection | undefined
    try {
      connection = await get()
      await intern(connection, tasks)
      return await transact(connection, tasks)
    } catch (fault) {
      if (isUnheard(fault) || remedyFor(fault) === 'reconnect') connection?.close()
      for (const { reject } of tasks) reject(isUnheard(fault) ? unknown(fault) : unavailable(fault))
      return undefined
    }
  }

  async function transact(connection: Connection, tasks: readonly Task[]): Promise<Failed | undefined> {
    const batch = await openBatch(connection, ground, union(tasks)).catch(async (fault: unknown) => {
      if (remedyFor(fault) !== 'reconnect') await connection.say('rollback')
      throw fault
    })
    const done = await doAll(batch, tasks, userAgents)
    if ('fault' in done) {
      if (remedyFor(done.fault) === 'reconnect' || connection.isOver()) throw done.fault
      await batch.rollback()
      return done
    }
    const last = await batch.commit('always-written')
    for (const [index, { resolve }] of tasks.entries()) resolve(told(done.answers[index], last) as never)
    return undefined
  }

  /** Keeps user agents before the transaction, where no two nodes can wait for each other over one. */
  async function intern(connection: Connection, tasks: readonly Task[]): Promise<void> {
    const devices = new Map(
      tasks.flatMap(({ draft }) => {
        const text = draft?.device.userAgent
        return text === undefined || userAgents.has(text) ? [] : [[text, draft?.device] as const]
      }),
    )
    if (devices.size === 0) return
    const texts = [...devices.keys()].sort()
    const parsed = (part: 'browser' | 'os' | 'type') => texts.map((text) => devices.get(text)?.[part] ?? null)
    await connection.ask(INTERN_USER_AGENTS, [texts, parsed('browser'), parsed('os'), parsed('type')])
    const { rows } = await connection.ask<KnownUserAgent>(FIND_USER_AGENTS, [texts])
    for (const row of rows) userAgents.set(row.text, row)
  }

  return perform
}

type KnownUserAgent = Omit<UserAgentTable, 'key'> & { readonly key: number }

interface Failed {
  readonly task: Task
  readonly fault: unknown
}

/** Does every task, those of one partition one after another; answers with what failed first where anything did. */
async function doAll(
  batch: OpenBatch,
  tasks: readonly Task[],
  userAgents: LRUCache<string, KnownUserAgent>,
): Promise<{ readonly answers: readonly unknown[] } | Failed> {
  const answers: unknown[] = []
  const ends = new Map<number, Promise<void>>()
  const failures: Failed[] = []

  async function one(task: Task, index: number): Promise<void> {
    await Promise.all([...task.reach].map((number) => ends.get(number)))
    if (failures.length > 0) return
    try {
      answers[index] = await task.work(knowing(batch.transaction(task.reach), userAgents))
    } catch (fault) {
      failures.push({ task, fault })
    }
  }

  for (const numbered of [false, true]) {
    const started = tasks.map((task, index) => {
      if (task.numbered !== numbered) return undefined
      const end = one(task, index)
      for (const number of task.reach) ends.set(number, end)
      return end
    })
    await Promise.all(started)
  }
  return failures.find(({ fault }) => sqlState(fault) !== ABORTED) ?? failures[0] ?? { answers }
}

/** A transaction that knows user agents without asking for them. */
function knowing(tx: Transaction, userAgents: LRUCache<string, KnownUserAgent>): Transaction {
  return {
    ...tx,
    async first(statement, values) {
      const known =
        (statement as unknown) === tx.statements.findUserAgent
          ? userAgents.get(String(values.text))
          : undefined
      return (known as never) ?? tx.first(statement, values)
    },
    run(statement, values) {
      if (statement === tx.statements.updateUserAgent) userAgents.delete(String(values.text))
      return tx.run(statement, values)
    },
  }
}

function union(tasks: readonly Task[]): ReadonlySet<number> {
  return new Set(tasks.flatMap(({ reach }) => [...reach]))
}

/** An answer with the position that the commit came to, where it waits for one. */
function told(answer: unknown, position: number): unknown {
  const waits =
    typeof answer === 'object' && answer !== null && 'position' in answer && answer.position === '0'
  return waits ? { ...answer, position: String(position) } : answer
}
