/**
 * How much was moved, and whether it is the same on both sides, in whatever order it comes.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { ACTIVITY_FLUSH } from '../../core/policy.ts'
import type { Portable } from '../../core/portable.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Instant } from '../../core/time.ts'

/** How many things of each kind there are. */
export type Counts = Readonly<Record<Portable['kind'], number>>

/** Everything that was counted. */
export interface Tallied {
  readonly counts: Counts

  /** The sum of a hash of each thing: the same for the same things in any order. */
  readonly sum: string
}

/** Counts and sums things up. */
export interface Tally {
  add(item: Portable): void
  result(): Tallied
}

/**
 * A tally of things that began to travel at a moment.
 *
 * Left out of account is what stores number themselves (serials where they are taken, denials), what time brought about
 * after that moment, and denials that are over within the hour.
 */
export function newTally(began: Instant): Tally {
  const counts: Record<Portable['kind'], number> = { key: 0, user: 0, session: 0, denial: 0 }
  const lanes = new Uint32Array(8)
  return {
    add(item) {
      if (item.kind === 'denial' && item.denial.until < began + HOUR) return
      counts[item.kind] += 1
      addTo(lanes, hash('sha256', canonical(comparable(item, began)), 'buffer'))
    },
    result: () => ({ counts: { ...counts }, sum: Buffer.from(lanes.buffer).toString('hex') }),
  }
}

/** The sum of two sums. */
export function together(one: string, other: string): string {
  const lanes = new Uint32Array(8)
  for (const sum of [one, other]) addTo(lanes, Buffer.from(sum, 'hex'))
  return Buffer.from(lanes.buffer).toString('hex')
}

/** How many things there are in all. */
export function allOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

const HOUR = 3_600_000

function addTo(lanes: Uint32Array, bytes: Buffer): void {
  for (let lane = 0; lane < lanes.length; lane++)
    lanes[lane] = (lanes[lane] ?? 0) + bytes.readUInt32LE(4 * lane)
}

function comparable(item: Portable, began: Instant): unknown {
  if (item.kind === 'denial') return { ...item, denial: { ...item.denial, id: '' } }
  return item.kind === 'session' ? { ...item, session: asOf(began, item.session) } : item
}

/** A session without the ending that time has brought to it since. Idleness is told as much as a flush late. */
function asOf(began: Instant, { ending, ...session }: SessionRecord): object {
  const sinceThen = ending !== undefined && ending.at >= began - ACTIVITY_FLUSH && BY_TIME.has(ending.reason)
  return { ...session, serial: 0, ...(ending && !sinceThen && { ending }) }
}

const BY_TIME: ReadonlySet<string> = new Set(['expired', 'idle', 'parent-ended'])

/** JSON with the fields of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
