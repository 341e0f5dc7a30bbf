/**
 * Moments and spans of time.
 *
 * @module
 */
import { RollcallError } from './errors.ts'

/** A moment, in milliseconds since the Unix epoch. */
export type Instant = number

/** A span of time: milliseconds, or a whole number with a unit, such as `'15m'`. */
export type Duration = number | string

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d{1,12})(ms|s|m|h|d)$/

/** The longest span accepted anywhere: 100 years, in milliseconds. */
export const LONGEST_DURATION: number = 36_525 * 86_400_000

/**
 * Converts a duration to milliseconds.
 *
 * @throws RollcallError `bad-request` for anything that is not a span between 0 and 100 years.
 *
 * @example
 * ```ts
 * toMilliseconds('15m') // 900_000
 * ```
 */
export function toMilliseconds(duration: Duration, what = 'duration'): number {
  const milliseconds = typeof duration === 'number' ? duration : parse(duration)
  if (Number.isSafeInteger(milliseconds) && milliseconds >= 0 && milliseconds <= LONGEST_DURATION)
    return milliseconds
  throw new RollcallError(
    'bad-request',
    `The ${what} "${String(duration).slice(0, 40)}" is no span of time. Give milliseconds, or a whole number with ms, s, m, h or d, such as "15m".`,
  )
}

function parse(duration: string): number {
  const [, digits, unit] = DURATION.exec(duration) ?? []
  return Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN)
}
