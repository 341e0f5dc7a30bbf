/**
 * A store whose operations are timed.
 *
 * @module
 */
import { surround } from '../core/around.ts'
import type { SessionStore } from '../core/store.ts'

/** Hears how long an operation took, in seconds, and whether it failed. Must not throw. */
export type HearTime = (operation: string, seconds: number, failed: boolean) => void

/** Makes a store that does what another does, as fast, and tells how long each operation took. */
export function timedStore(store: SessionStore, hear: HearTime): SessionStore {
  return surround(store, (operation, work) => {
    const began = performance.now()
    const result = work()
    if (!(result instanceof Promise)) return result
    const told = (failed: boolean) => () => hear(operation, (performance.now() - began) / 1_000, failed)
    result.then(told(false), told(true))
    return result
  })
}
