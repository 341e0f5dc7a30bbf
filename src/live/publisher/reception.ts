/**
 * What arrives of one source, and what does not (RFC 3550, section 6.4.1 and appendix A).
 *
 * @module
 */
import type { ReceiverReport, SenderReport } from './rtcp.ts'
import { ahead16, type RtpPacket } from './rtp.ts'

/** Watches the packets of one source. All times are in milliseconds, on a clock that never goes back. */
export interface Reception {
  /** Takes note of a packet. Answers false where it was there before, or is too old to tell. */
  take(packet: Pick<RtpPacket, 'sequence' | 'timestamp'>, now: number): boolean

  /** Takes note of a report of whoever sends. */
  hear(report: SenderReport, now: number): void

  /** The sequence numbers to ask for again now, rising. Each is asked for a few times at the most, and not too often. */
  missing(now: number): readonly number[]

  /** The report about it, which begins a new period. */
  report(now: number): ReceiverReport

  /** Packets that never came. */
  lost(): number
}

/** How long a packet may be out of order before it is asked for, and how long until it is asked for once more. */
const PATIENCE = 20
const AGAIN = 100
const MOST_TIMES = 5

/** As many holes as are kept in mind, and how far they may lie back. */
const MOST_HOLES = 256
const WINDOW = 512

/** Begins to watch a source. `clockRate` is that of its timestamps, in ticks per second. */
export function reception(source: number, clockRate: number): Reception {
  const holes = new Map<number, Hole>()
  let highest: number | undefined
  let cycles = 0
  let first = 0
  let received = 0
  let jitter = 0
  let transit: number | undefined
  let before = { expected: 0, received: 0 }
  let heard: { readonly ntp: number; readonly at: number } | undefined

  const expected = () => (highest === undefined ? 0 : cycles + highest - first + 1)

  function noteJitter(timestamp: number, now: number): void {
    const next = ((now * clockRate) / 1_000 - timestamp) % 0x1_0000_0000
    const difference = transit === undefined ? 0 : Math.abs(next - transit)
    if (difference < clockRate * 10) jitter += (difference - jitter) / 16
    transit = next
  }

  function skip(from: number, ahead: number, now: number): void {
    if (ahead > WINDOW) {
      holes.clear()
      return
    }
    for (let step = 1; step < ahead; step++)
      holes.set((from + step) & 0xffff, { asked: 0, next: now + PATIENCE })
    for (const sequence of holes.keys()) {
      if (holes.size <= MOST_HOLES) break
      holes.delete(sequence)
    }
  }

  return {
    take({ sequence, timestamp }, now) {
      if (highest === undefined) {
        highest = first = sequence
        received = 1
        noteJitter(timestamp, now)
        return true
      }
      const ahead = ahead16(highest, sequence)
      if (ahead <= 0 && !holes.delete(sequence)) return false
      received++
      if (ahead > 0) {
        skip(highest, ahead, now)
        if (sequence < highest) cycles += 0x1_0000
        highest = sequence
        noteJitter(timestamp, now)
      }
      return true
    },

    hear(report, now) {
      heard = { ntp: Number((report.ntp >> 16n) & 0xffffffffn), at: now }
    },

    missing(now) {
      const wanted: number[] = []
      for (const [sequence, hole] of holes) {
        if (hole.asked >= MOST_TIMES) holes.delete(sequence)
        else if (hole.next <= now) {
          wanted.push(sequence)
          holes.set(sequence, { ...hole, asked: hole.asked + 1, next: now + AGAIN })
        }
      }
      return wanted
    },

    report(now) {
      const due = expected() - before.expected
      const lost = due - (received - before.received)
      before = { expected: expected(), received }
      return {
        source,
        fractionLost: due > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / due)) : 0,
        lost: expected() - received,
        highest: cycles + (highest ?? 0),
        jitter: Math.round(jitter),
        lastReport: heard?.ntp ?? 0,
        delay: heard === undefined ? 0 : Math.round(((now - heard.at) * 65_536) / 1_000),
      }
    },

    lost: () => Math.max(0, expected() - received),
  }
}

interface Hole {
  readonly asked: number
  readonly next: number
}
