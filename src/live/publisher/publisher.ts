/**
 * The publisher: a thread that carries media, and this end of it.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { RollcallError } from '../../core/errors.ts'
import type { IceCandidate, Publisher, PublisherEvent } from './contract.ts'
import type { Answer, Call, FromWorker, ToWorker } from './messages.ts'
import type { RelayOptions } from './relay.ts'

/** What a publisher is made of. */
export interface PublisherOptions extends RelayOptions {
  /** Told of faults that nobody waits for. */
  readonly report?: (fault: unknown) => void

  /** Told of every thread that is started, for whoever wants to measure it or to see it die. */
  readonly started?: (thread: Worker) => void
}

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** How long the thread may take to cut everybody when it is closed, in milliseconds. */
const FAREWELL = 1_000

/**
 * Makes a publisher. Its thread starts with the first peer, and again with the next one when it died. Until it is closed, it
 * keeps the process alive.
 */
export function createPublisher(options: PublisherOptions = {}): Publisher {
  const { report = ignore, started = ignore, ...relayOptions } = options
  const listeners = new Set<(event: PublisherEvent) => void>()
  const there = new Map<string, Entry>()
  const calls = new Map<number, Waiting>()
  let next = 0
  let thread: Promise<Worker> | undefined
  let latest: Worker | undefined
  let closing: Promise<void> | undefined

  function tell(event: PublisherEvent): void {
    if (event.type === 'gone' && !there.delete(event.peer)) return
    for (const listener of listeners) listener(event)
  }

  const hear: {
    readonly [Type in FromWorker['type']]: (message: Extract<FromWorker, { type: Type }>) => void
  } = {
    ready: ignore,
    failed: ignore,
    event: ({ event }) => tell(event),
    fault: ({ message }) => report(new Error(message)),
    done: ({ id, value }) => settle(id)?.done(value),
    refused: ({ id, refusal }) =>
      settle(id)?.reject(new RollcallError(refusal.code, refusal.message, refusal.details)),
  }

  function settle(id: number): Waiting | undefined {
    const call = calls.get(id)
    calls.delete(id)
    return call
  }

  async function start(): Promise<Worker> {
    const worker = new Worker(WORKER, {
      workerData: relayOptions,
      name: 'rollcall-publisher',
      execArgv: [], // Flags are meant for whatever program this is part of; some of them stop a thread.
    })
    latest = worker
    worker.on('message', <Type extends FromWorker['type']>(message: Extract<FromWorker, { type: Type }>) =>
      hear[message.type](message),
    )
    worker.on('error', report)
    const stopped = exitOf(worker).then(() => {
      if (latest === worker) lose()
      throw lost()
    })
    stopped.catch(ignore)
    const first = await Promise.race([firstWordOf(worker), stopped])
    if (first.type === 'failed') throw cannotStart(first.message)
    started(worker)
    return worker
  }

  /** The thread is gone, and with it all that it carried. */
  function lose(): void {
    thread = undefined
    latest = undefined
    for (const id of [...calls.keys()]) settle(id)?.reject(lost())
    for (const peer of [...there.keys()]) tell({ type: 'gone', peer, why: 'worker-lost' })
  }

  /** Asks the thread. `note` hears of the answer before anything that happens after it. */
  async function call<Name extends Call>(
    name: Name,
    given: readonly unknown[],
    note: (answer: Answer<Name>) => void = ignore,
  ): Promise<Answer<Name>> {
    if (closing !== undefined)
      throw new RollcallError('busy', 'The publisher is closed. Try another node.', { retryAfter: 1 })
    thread ??= start()
    const worker = await thread.catch((fault: unknown) => {
      thread = undefined
      throw fault
    })
    return new Promise((resolve, reject) => {
      const id = next++
      calls.set(id, {
        done(value) {
          const answer = value as Answer<Name>
          note(answer)
          resolve(answer)
        },
        reject,
      })
      worker.postMessage({ type: 'call', id, call: name, arguments: given } satisfies ToWorker)
    })
  }

  function enter(stream: string, role: Entry['role']): (named: { readonly peer: string }) => void {
    return ({ peer }) => void there.set(peer, { stream, role })
  }

  return {
    answerPublisher: (request) => call('answerPublisher', [request], enter(request.stream, 'publisher')),
    answerViewer: (request) => call('answerViewer', [request], enter(request.stream, 'viewer')),
    offerViewer: (request) => call('offerViewer', [request], enter(request.stream, 'viewer')),
    acceptAnswer: (peer, answer) => call('acceptAnswer', [peer, answer]),

    async addCandidate(_peer, candidate) {
      checkCandidate(candidate)
    },

    cut(peer) {
      if (!there.delete(peer)) return
      thread?.then((worker) => worker.postMessage({ type: 'cut', peer } satisfies ToWorker)).catch(ignore)
    },

    statistics: async (peer) => (there.has(peer) ? call('statistics', [peer]) : undefined),
    isPublished: (stream) =>
      [...there.values()].some((peer) => peer.role === 'publisher' && peer.stream === stream),

    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    close() {
      closing ??= stop()
      return closing
    },
  }

  async function stop(): Promise<void> {
    there.clear()
    const worker = await thread?.catch(ignore)
    if (worker === undefined || worker !== latest) return
    const ended = exitOf(worker)
    const impatience = setTimeout(() => void worker.terminate(), FAREWELL)
    worker.postMessage({ type: 'close' } satisfies ToWorker)
    await ended
    clearTimeout(impatience)
  }
}

/** A question that has no answer yet. */
interface Waiting {
  done(value: unknown): void
  reject(fault: RollcallError): void
}

/** A peer, as this end knows it. */
interface Entry {
  readonly stream: string
  readonly role: 'publisher' | 'viewer'
}

/** Resolves when a thread is gone, of an error as well. */
function exitOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()))
}

function firstWordOf(worker: Worker): Promise<FromWorker> {
  return new Promise((resolve) => worker.once('message', resolve))
}

function checkCandidate({ candidate }: IceCandidate): void {
  if (candidate === '' || /^(?:a=)?(?:candidate:[!-~ ]{10,1000}|end-of-candidates)$/.test(candidate)) return
  throw new RollcallError('unprocessable', 'A candidate begins with "candidate:" (RFC 8839, section 5.1).')
}

function cannotStart(why: string): RollcallError {
  return new RollcallError('busy', `Media cannot be carried here: ${why}`, { retryAfter: 10 })
}

function lost(): RollcallError {
  return new RollcallError('busy', 'The thread that carries media has stopped. Try again.', { retryAfter: 1 })
}

function ignore(): void {
  // Nobody waits for it.
}
