/**
 * What waits for a thread of the store.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import { type Batch, type Outcome, type Task, unpackFault } from './messages.ts'

/** A task, and whoever waits for its answer. */
export interface Waiting extends Task {
  readonly resolve: (answer: never) => void
  readonly reject: (fault: unknown) => void
}

/** Tasks that go to a thread together, at the most. */
const BATCH = 512

/** Tasks on their way to a thread: what waits while it works goes to it together. */
export interface WaitingLine {
  /** Puts a task at the end; answers whether somebody has to see to it that the line moves. */
  add(task: Waiting): boolean

  /** What is done next, together; undefined while something is being done, or nothing waits. */
  next(): Batch | undefined
  settle(outcomes: readonly Outcome[]): void

  /** Refuses whatever is being done, or waits. */
  refuse(fault: RollcallError): void

  /** Tells whether nothing is being done and nothing waits. */
  isEmpty(): boolean
  whenEmpty(): Promise<void>
}

/** Makes one with nothing in it. */
export function waitingLine(): WaitingLine {
  let queue: Waiting[] = []
  let busy: readonly Waiting[] | undefined
  let scheduled = false
  let number = 0
  let emptied: (() => void) | undefined
  const isEmpty = (): boolean => busy === undefined && queue.length === 0

  return {
    isEmpty,
    add(task) {
      queue.push(task)
      if (scheduled || busy !== undefined) return false
      scheduled = true
      return true
    },
    next() {
      scheduled = false
      if (busy !== undefined || queue.length === 0) return undefined
      busy = queue.slice(0, BATCH)
      queue = queue.slice(BATCH)
      number += 1
      return { number, tasks: busy.map(({ name, at, request }) => ({ name, at, request })) }
    },
    settle(outcomes) {
      const done = busy ?? []
      busy = undefined
      for (const [index, { resolve, reject }] of done.entries()) settle(outcomes[index], resolve, reject)
      if (isEmpty()) emptied?.()
    },
    refuse(fault) {
      const refused = [...(busy ?? []), ...queue]
      busy = undefined
      queue = []
      scheduled = false
      for (const { reject } of refused) reject(fault)
      emptied?.()
    },
    whenEmpty: async () => (isEmpty() ? undefined : new Promise<void>((resolve) => (emptied = resolve))),
  }
}

function settle(
  outcome: Outcome | undefined,
  resolve: (answer: never) => void,
  reject: (fault: unknown) => void,
): void {
  if (outcome === undefined) reject(new RollcallError('internal', 'The store gave no answer.'))
  else if (outcome.ok) resolve(outcome.answer as never)
  else reject(unpackFault(outcome.fault))
}
