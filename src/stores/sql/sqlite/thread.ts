/**
 * The main thread's end of a thread: what waits while it works goes to it together.
 *
 * @module
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { RollcallError } from '../../../core/errors.ts'
import type { Instant } from '../../../core/time.ts'
import type { BatchAnswer, ThreadRole } from './messages.ts'
import { waitingLine } from './waiting-line.ts'

/** A thread of the store. */
export interface Thread {
  /** Has something done, and answers once it is done: by the writer, once it is on the disk. */
  do<Answer>(name: string, request: unknown): Promise<Answer>

  /** Finishes what waits, and ends the thread. */
  close(): Promise<void>
}

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** How long after a start that failed the next one is tried, in milliseconds. */
const PAUSE = 1_000

/**
 * Starts a thread and waits until it has opened the file. `clock` dates each task when it is asked for.
 *
 * A thread that stops by itself is started again. What it was doing is refused as `store-unavailable`: it may or may
 * not have been done.
 */
export async function startThread(role: ThreadRole, clock: () => Instant): Promise<Thread> {
  const line = waitingLine()
  let worker: Worker | undefined
  let starting: Promise<void> | undefined
  let retryAt = 0
  let closed = false

  function employ(next: Worker): void {
    let cause: unknown
    worker = next
    next.on('message', ({ outcomes }: BatchAnswer) => {
      line.settle(outcomes)
      send()
    })
    next.on('error', (fault) => (cause = fault))
    next.on('exit', () => {
      worker = undefined
      line.refuse(stopped(role, cause))
      if (!closed) restart()
    })
    next.unref() // Last: a listener for messages makes the process wait again.
  }

  function restart(): void {
    starting = openWorker(role)
      .then(employ)
      .then(send)
      .catch((cause: unknown) => {
        retryAt = clock() + PAUSE
        line.refuse(stopped(role, cause))
      })
      .finally(() => (starting = undefined))
  }

  function send(): void {
    if (worker === undefined) return
    const batch = line.next()
    if (batch) {
      worker.ref()
      worker.postMessage(batch)
    } else if (line.isEmpty()) worker.unref()
  }

  employ(await openWorker(role))
  return {
    do(name, request) {
      return new Promise((resolve, reject) => {
        if (closed)
          return reject(new RollcallError('store-unavailable', 'The database is closed. Restart Rollcall.'))
        if (worker === undefined && starting === undefined) {
          if (clock() < retryAt) return reject(stopped(role, undefined))
          restart()
        }
        worker?.ref()
        if (line.add({ name, request, at: clock(), resolve, reject })) setImmediate(send)
      })
    },

    async close() {
      await line.whenEmpty()
      closed = true
      await starting
      if (worker === undefined) return
      worker.ref()
      const ended = new Promise((resolve) => worker?.once('exit', resolve))
      worker.postMessage('close')
      await ended
    },
  }
}

/** Starts a worker and waits until it is ready. */
async function openWorker(role: ThreadRole): Promise<Worker> {
  const worker = new Worker(WORKER, {
    workerData: role,
    name: `rollcall-sqlite-${role.role}`,
    execArgv: [], // Flags are meant for whatever program this is part of; some of them stop a thread.
  })
  await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => {
      throw new Error('The thread stopped before it was ready.')
    }),
  ])
  return worker
}

function stopped({ role }: ThreadRole, cause: unknown): RollcallError {
  return new RollcallError(
    'store-unavailable',
    `The ${role} of the database has stopped and is being started again. What was under way may or may not be done: look, then try again.`,
    {},
    cause,
  )
}
