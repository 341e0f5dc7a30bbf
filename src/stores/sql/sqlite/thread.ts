/**
 * The main thread's end of a thread: what waits while it works goes to it together.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { RollcallError } from '../../../core/errors.ts'
import type { Instant } from '../../../core/time.ts'
import {
  type Batch,
  type BatchAnswer,
  type Outcome,
  type Task,
  type ThreadRole,
  unpackFault,
} from './messages.ts'

/** A thread of the store. */
export interface Thread {
  /** Has something done, and answers once it is done: by the writer, once it is on the disk. */
  do<Answer>(name: string, request: unknown): Promise<Answer>

  /** Finishes what waits, and ends the thread. */
  close(): Promise<void>
}

/** Tasks that go to a thread together, at the most. */
const BATCH = 512

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

interface Waiting extends Task {
  readonly resolve: (answer: never) => void
  readonly reject: (fault: unknown) => void
}

/** Starts a thread and waits until it has opened the file. `clock` dates each task when it is asked for. */
export async function startThread(role: ThreadRole, clock: () => Instant): Promise<Thread> {
  const worker = new Worker(WORKER, {
    workerData: role,
    name: `rollcall-sqlite-${role.role}`,
    execArgv: [], // Flags are meant for whatever program this is part of; some of them stop a thread.
  })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })

  let queue: Waiting[] = []
  let busy: readonly Waiting[] | undefined
  let scheduled = false
  let gone = false
  let number = 0
  let whenIdle: (() => void) | undefined

  worker.on('message', ({ outcomes }: BatchAnswer) => {
    const done = busy ?? []
    busy = undefined
    for (const [index, { resolve, reject }] of done.entries()) settle(outcomes[index], resolve, reject)
    send()
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(undefined))
  worker.unref() // Last: a listener for messages makes the process wait again.

  function fail(cause: unknown): void {
    gone = true
    const fault = new RollcallError(
      'store-unavailable',
      `The ${role.role} of the database has stopped. Restart Rollcall; what it had acknowledged is kept.`,
      {},
      cause,
    )
    for (const { reject } of [...(busy ?? []), ...queue]) reject(fault)
    busy = undefined
    queue = []
    whenIdle?.()
  }

  function send(): void {
    scheduled = false
    if (busy !== undefined) return
    if (queue.length === 0) {
      worker.unref()
      whenIdle?.()
      return
    }
    busy = queue.slice(0, BATCH)
    queue = queue.slice(BATCH)
    number += 1
    const tasks = busy.map(({ name, at, request }) => ({ name, at, request }))
    worker.postMessage({ number, tasks } satisfies Batch)
  }

  return {
    do(name, request) {
      return new Promise((resolve, reject) => {
        if (gone)
          return reject(new RollcallError('store-unavailable', 'The database is closed. Restart Rollcall.'))
        worker.ref()
        queue.push({ name, request, at: clock(), resolve, reject })
        if (scheduled || busy !== undefined) return
        scheduled = true
        setImmediate(send)
      })
    },

    async close() {
      if (busy !== undefined || queue.length > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
      if (gone) return
      worker.ref()
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage('close')
      await ended
    },
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
