/**
 * Requests to end this process.
 *
 * @module
 */

/** Signals that ask a process to end. */
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Signals that come this close together are one request, in milliseconds: npm passes on what the terminal has sent. */
const TOGETHER = 500

/** Calls back for each request to end, until the process ends. */
export function onEnding(callback: (signal: NodeJS.Signals) => void): void {
  let last = Number.NEGATIVE_INFINITY
  for (const signal of ENDING) {
    process.on(signal, () => {
      const now = performance.now()
      if (now < last + TOGETHER) return
      last = now
      callback(signal)
    })
  }
}
