/**
 * Asking again: when it may help, and how long to wait before.
 *
 * @module
 */
import { isProblem } from './problem.ts'

/** How long all attempts together, and each of them, may take, in milliseconds; and how many there are after the first. */
export interface Bounds {
  readonly whole: number
  readonly attempt: number
  readonly repeats: number
}

/** The first pause, and the longest, in milliseconds. */
export interface Pauses {
  readonly first: number
  readonly longest: number
}

/** Attempts something until it succeeds, fails for good, or the bounds are reached; then throws the last failure. */
export async function repeatedly<Value>(
  { whole, attempt, repeats }: Bounds,
  signal: AbortSignal | undefined,
  tryWithin: (milliseconds: number) => Promise<Value>,
): Promise<Value> {
  const deadline = performance.now() + whole
  for (let failures = 1; ; failures++) {
    try {
      return await tryWithin(Math.min(attempt, deadline - performance.now()))
    } catch (fault) {
      const pause = pauseAfter(fault, failures, PAUSES)
      const tooLate = performance.now() + pause >= deadline
      if (tooLate || failures > repeats || !mayPass(fault)) throw fault
      await sleep(pause, signal)
    }
  }
}

const PAUSES: Pauses = { first: 200, longest: 2_000 }
const PASSING = new Set([429, 502, 503, 504])

/** Tells whether a failure may pass by itself. */
export function mayPass(fault: unknown): boolean {
  return (
    isProblem(fault) &&
    (fault.code === 'unreachable' || fault.code === 'timeout' || PASSING.has(fault.status))
  )
}

/**
 * How long to wait after the nth failure in a row, in milliseconds: what the server asked for, and on top of it
 * a random part of a pause that doubles, so that many clients do not come back at once.
 */
export function pauseAfter(fault: unknown, failures: number, { first, longest }: Pauses): number {
  const asked = isProblem(fault) ? (fault.retryAfter ?? 0) : 0
  return asked + Math.random() * Math.min(longest, first * 2 ** (failures - 1))
}

/** Waits. Rejects with the signal's reason as soon as that is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
