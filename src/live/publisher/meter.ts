/**
 * How much goes over a line, second by second.
 *
 * @module
 */

/** Counts bytes. Times are in milliseconds since the Unix epoch. */
export interface Meter {
  add(bytes: number, now: number): void
  read(now: number): MeterReading
}

/** What a meter shows. Throughput is in bits per second. */
export interface MeterReading {
  readonly bytes: number
  readonly packets: number
  readonly firstAt?: number
  readonly lastAt?: number

  /** Since the first packet. */
  readonly average: number

  /** In the last whole second before now. */
  readonly last: number

  /** In the best second; never less than the average, which some second has to reach. */
  readonly most: number
}

/** Makes a meter that stands at nothing. */
export function meter(): Meter {
  let bytes = 0
  let packets = 0
  let firstAt: number | undefined
  let lastAt = 0
  let second = 0
  let current = 0
  let previous = 0
  let most = 0
  let shown = 0

  /** Closes the seconds that are over. */
  function advance(now: number): void {
    const next = Math.floor(now / 1_000)
    if (next <= second) return
    most = Math.max(most, current)
    previous = next === second + 1 ? current : 0
    current = 0
    second = next
  }

  return {
    add(size, now) {
      if (firstAt === undefined) {
        firstAt = now
        second = Math.floor(now / 1_000)
      }
      advance(now)
      bytes += size
      packets += 1
      current += size
      lastAt = Math.max(lastAt, now)
    },
    read(now) {
      advance(now)
      if (firstAt === undefined) return { bytes, packets, average: 0, last: 0, most: 0 }
      const average = Math.round((bytes * 8) / Math.max(1, (now - firstAt) / 1_000))
      shown = Math.max(shown, most * 8, current * 8, average)
      return { bytes, packets, firstAt, lastAt, average, last: previous * 8, most: shown }
    },
  }
}
