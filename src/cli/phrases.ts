/**
 * Numbers and moments, in words.
 *
 * @module
 */
import type { Count } from '../core/page.ts'

const UNITS: readonly (readonly [milliseconds: number, name: string])[] = [
  [31_557_600_000, 'y'],
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** Says how long ago a moment was, such as `3 h ago`, or how far it lies ahead, such as `in 30 d`. */
export function ago(moment: string, now: number): string {
  const span = now - Date.parse(moment)
  if (Number.isNaN(span)) return moment
  const [milliseconds, name] = UNITS.find(([length]) => Math.abs(span) >= length) ?? []
  if (milliseconds === undefined) return 'now'
  const length = `${Math.round(Math.abs(span) / milliseconds)} ${name}`
  return span > 0 ? `${length} ago` : `in ${length}`
}

/** Says how many there are, or about how many where nobody counted them all. */
export function estimated({ count, exact }: Count, thing: string): string {
  return `${exact ? '' : 'about '}${counted(count, thing)}`
}

/** Says how many of something there are, such as `1 session` or `1,204 sessions`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`
}

const SIZES = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Says how many bytes something has, such as `512 bytes` or `1.5 GiB`. */
export function sized(bytes: number): string {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 1_024 ** power
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${SIZES[power]}`
}
