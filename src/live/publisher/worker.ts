/**
 * The thread that carries media.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { isRollcallError } from '../../core/errors.ts'
import type { Clock } from './clock.ts'
import type { FromWorker, Refusal, ToWorker } from './messages.ts'
import { openRelay, type Relay, type RelayOptions } from './relay.ts'

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds)
    return () => clearInterval(timer)
  },
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
}

// What a stranger's bytes do to a library must not take everybody's picture away. It is told, and goes no further.
process.on('uncaughtException', (fault) => say({ type: 'fault', message: String(fault?.stack ?? fault) }))
process.on('unhandledRejection', (fault) => say({ type: 'fault', message: String(fault) }))

const relay = await openRelay(workerData as RelayOptions, clock, (event) =>
  say({ type: 'event', event }),
).catch(fail)
parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'call') call(message)
  else if (message.type === 'cut') relay.cut(message.peer)
  else close()
})
say({ type: 'ready' })

function call({ id, call: name, arguments: given }: Extract<ToWorker, { type: 'call' }>): void {
  try {
    const answer = (relay[name] as (...given: readonly unknown[]) => ReturnType<Relay[typeof name]>)(...given)
    say({ type: 'done', id, value: answer })
  } catch (fault) {
    say({ type: 'refused', id, refusal: toRefusal(fault) })
  }
}

function toRefusal(fault: unknown): Refusal {
  if (isRollcallError(fault)) return { code: fault.code, message: fault.message, details: fault.details }
  say({ type: 'fault', message: String(fault) })
  return { code: 'internal', message: 'The peer could not be answered.', details: {} }
}

function fail(fault: unknown): never {
  say({ type: 'failed', message: fault instanceof Error ? fault.message : String(fault) })
  process.exit(1)
}

/** Does not wait for handshakes that nobody will finish: werift repeats their messages for half a minute. */
function close(): void {
  relay.close()
  setImmediate(() => process.exit())
}

function say(message: FromWorker): void {
  parentPort?.postMessage(message)
}
