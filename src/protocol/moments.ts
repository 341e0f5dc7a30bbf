/**
 * Moments as text.
 *
 * @module
 */
import type { Instant } from '../core/time.ts'

/**
 * Writes a moment: RFC 3339 in UTC with milliseconds, as `Date` does, in a seventh of the time.
 *
 * @throws RangeError for what is no moment.
 */
export function toTime(at: Instant): string {
  if (!Number.isInteger(at) || Math.abs(at) > FARTHEST) return new Date(at).toISOString()
  const day = Math.floor(at / DAY)
  const past = at - day * DAY
  const hours = TENS[Math.floor(past / 3_600_000)]
  const minutes = TENS[Math.floor(past / 60_000) % 60]
  const seconds = TENS[Math.floor(past / 1_000) % 60]
  return `${dateOf(day)}${hours}:${minutes}:${seconds}.${HUNDREDS[past % 1_000]}Z`
}

const DAY = 86_400_000

/** How far from the epoch a moment may be, in milliseconds (ECMA-262, 21.4.1.1). */
const FARTHEST = 8_640_000_000_000_000
const TENS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const HUNDREDS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'))

/** Days that are remembered at the most: sessions begin and end on few. */
const MOST_DAYS = 128
const dates = new Map<number, string>()

function dateOf(day: number): string {
  const known = dates.get(day)
  if (known !== undefined) return known
  const midnight = new Date(day * DAY).toISOString()
  const date = midnight.slice(0, midnight.indexOf('T') + 1)
  if (dates.size >= MOST_DAYS) dates.clear()
  dates.set(day, date)
  return date
}
