/**
 * What waits to be written, and who writes it.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import type { Performer, Task } from './write.ts'

/** A line of tasks, and the connections that work it off. */
export interface Writer {
  /** Has something done, and answers once it is committed. Refuses where too many wait. */
  do<Answer>(task: Omit<Task, 'resolve' | 'reject'>): Promise<Answer>

  /** Refuses what comes from now on, and waits until what came is done. */
  close(): Promise<void>
}

/** Tasks that share a transaction, and tasks that wait, at the most. */
const BATCH = 512
const WAITING = 20_000

/**
 * Makes one. Each performer has a connection; no two of them are ever at what shares a lock, and tasks that do are done in
 * the order in which they came.
 */
export function writer(performers: readonly Performer[]): Writer {
  const free = [...performers]
  const underWay = new Map<number, number>()
  let waiting: Task[] = []
  let scheduled = false
  let closed = false
  let emptied: (() => void) | undefined

  const isIdle = (): boolean => waiting.length === 0 && free.length === performers.length

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      send()
    })
  }

  function send(): void {
    while (free.length > 0 && waiting.length > 0) {
      const batch = choose()
      const perform = batch.length > 0 ? free.shift() : undefined
      if (perform === undefined) return
      hold(batch, 1)
      perform(batch).finally(() => {
        hold(batch, -1)
        free.push(perform)
        if (isIdle()) emptied?.()
        else send()
      })
    }
  }

  /** Takes what waits and shares no lock with what is under way, or with what came before and waits on. */
  function choose(): readonly Task[] {
    const blocked = new Set(underWay.keys())
    const chosen: Task[] = []
    const left: Task[] = []
    for (const task of waiting) {
      const isFree = chosen.length < BATCH && [...task.reach].every((number) => !blocked.has(number))
      if (isFree) chosen.push(task)
      else {
        left.push(task)
        for (const number of task.reach) blocked.add(number)
      }
    }
    waiting = left
    return chosen
  }

  function hold(batch: readonly Task[], change: 1 | -1): void {
    for (const { reach } of batch)
      for (const number of reach) {
        const held = (underWay.get(number) ?? 0) + change
        if (held > 0) underWay.set(number, held)
        else underWay.delete(number)
      }
  }

  return {
    do: (task) =>
      new Promise((resolve, reject) => {
        if (closed)
          return reject(new RollcallError('store-unavailable', 'The store is closed. Restart Rollcall.'))
        if (waiting.length >= WAITING) return reject(crowded())
        waiting.push({ ...task, resolve, reject })
        schedule()
      }),

    async close() {
      closed = true
      if (!isIdle()) await new Promise<void>((resolve) => (emptied = resolve))
    },
  }
}

function crowded(): RollcallError {
  return new RollcallError('store-unavailable', 'Too many writes wait for PostgreSQL. Try again in a moment.')
}
