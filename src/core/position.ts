/**
 * Positions in a journal: opaque to whoever carries them, comparable here.
 *
 * A store with one journal counts: `42`. One with a journal for each partition has a count for each of them, the digit of
 * the partition in front and dots between: `A-42.f-7`. A partition that is not named has got nowhere yet.
 *
 * @module
 */

/** The position before everything, in every store. */
export const BEGINNING = '0'

/** Counts by partition; the one journal of a store without partitions has no digit. */
export type Counts = ReadonlyMap<string, number>

/** Reads a position; undefined for a text that is none. */
export function readPosition(text: string): Counts | undefined {
  const counts = new Map<string, number>()
  for (const part of text === BEGINNING ? [] : text.split('.')) {
    const [, partition = '', count] = PART.exec(part) ?? []
    if (count === undefined || counts.has(partition)) return undefined
    counts.set(partition, Number(count))
  }
  return counts.has('') && counts.size > 1 ? undefined : counts
}

/** Writes a position, partitions in their order. */
export function writePosition(counts: Counts): string {
  const parts = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    parts.map(([partition, count]) => (partition ? `${partition}-${count}` : `${count}`)).join('.') ||
    BEGINNING
  )
}

/**
 * Tells whether whoever stands at a position has passed another: nothing at or before the other is still ahead of them.
 * A text that is no position has passed nothing, and nobody passes it.
 */
export function hasPassed(position: string, other: string): boolean {
  const here = readPosition(position)
  const there = readPosition(other)
  if (here === undefined || there === undefined) return false
  return [...there].every(([partition, count]) => (here.get(partition) ?? 0) >= count)
}

/** The first position that has passed each of these. */
export function joinPositions(positions: Iterable<string>): string {
  const joined = new Map<string, number>()
  for (const position of positions)
    for (const [partition, count] of readPosition(position) ?? [])
      joined.set(partition, Math.max(count, joined.get(partition) ?? 0))
  return writePosition(joined)
}

/** One count, of at most 15 digits and without a leading zero. */
const PART = /^(?:([1-9A-HJ-NP-Za-km-z])-)?([1-9]\d{0,14})$/
