/**
 * Time, as the publisher needs it.
 *
 * @module
 */
import type { Cancel } from '../../core/env.ts'

/** Clocks and timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number

  /** Milliseconds on a clock that never goes back. */
  monotonic(): number

  /** Calls back again and again, so many milliseconds apart. */
  every(milliseconds: number, callback: () => void): Cancel

  /** Calls back once. */
  after(milliseconds: number, callback: () => void): Cancel
}
