/**
 * A store whose operations are timed.
 *
 * @module
 */
import type { SessionStore } from '../core/store.ts'

/** Hears how long an operation took, in seconds, and whether it failed. Must not throw. */
export type HearTime = (operation: string, seconds: number, failed: boolean) => void

/** Makes a store that does what another does, as fast, and tells how long each operation took. */
export function timedStore(store: SessionStore, hear: HearTime): SessionStore {
  const timed = new Map<string | symbol, unknown>()

  function time(operation: string, call: (...given: readonly unknown[]) => unknown): unknown {
    return (...given: readonly unknown[]): unknown => {
      const began = performance.now()
      const result = call.apply(store, [...given])
      if (!(result instanceof Promise)) return result
      const told = (failed: boolean) => () => hear(operation, (performance.now() - began) / 1_000, failed)
      result.then(told(false), told(true))
      return result
    }
  }

  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function' || typeof property === 'symbol') return value
      const known = timed.get(property)
      if (known !== undefined) return known
      const made = time(property, (...given) => Reflect.apply(value, target, given))
      timed.set(property, made)
      return made
    },
  })
}
