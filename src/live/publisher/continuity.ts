/**
 * Numbers that go on: whoever publishes a track, those who play it see one row of sequence numbers and one clock.
 *
 * @module
 */
import { ahead16, type RtpPacket } from './rtp.ts'

/** Rewrites the numbers of one track. */
export interface Continuity {
  /** The numbers that a packet bears for those who play; undefined where it is older than what its publisher began with. */
  rewrite(packet: Pick<RtpPacket, 'sequence' | 'timestamp'>, now: number): Numbers | undefined

  /** Says that the next packet is of somebody else. Their numbers follow on, as much later as it is. */
  changeHands(): void

  /** The moment on the clock of those who play that is this one on the publisher's; undefined before the first packet. */
  timestampOf(timestamp: number): number | undefined
}

/** What a packet is numbered with. */
export interface Numbers {
  readonly sequence: number
  readonly timestamp: number
}

/** Begins a row at `first`. `clockRate` in ticks per second, `now` in milliseconds on a clock that never goes back. */
export function continuity(clockRate: number, first: Numbers): Continuity {
  let start: Numbers | undefined
  let shift = first
  let last = { ...first, at: 0 }
  let begun = false

  return {
    rewrite({ sequence, timestamp }, now) {
      if (start === undefined) {
        const pause = begun ? Math.max(1, Math.round(((now - last.at) * clockRate) / 1_000)) : 0
        const next = begun ? (last.sequence + 1) & 0xffff : first.sequence
        shift = {
          sequence: (next - sequence) & 0xffff,
          timestamp: (last.timestamp + pause - timestamp) >>> 0,
        }
        start = { sequence, timestamp }
        last = { sequence: next, timestamp: (last.timestamp + pause) >>> 0, at: now }
        begun = true
        return { sequence: last.sequence, timestamp: last.timestamp }
      }
      const numbers = {
        sequence: (sequence + shift.sequence) & 0xffff,
        timestamp: (timestamp + shift.timestamp) >>> 0,
      }
      const ahead = ahead16(last.sequence, numbers.sequence)
      if (ahead <= 0) return ahead16(start.sequence, sequence) < 0 ? undefined : numbers
      start = moveStart(start, sequence)
      last = { ...numbers, at: now }
      return numbers
    },

    changeHands() {
      start = undefined
    },

    timestampOf: (timestamp) => (start === undefined ? undefined : (timestamp + shift.timestamp) >>> 0),
  }
}

/** How far back a packet may be that comes late. */
const LATEST = 0x4000

/** Keeps the start in reach of what is compared with it, for numbers wrap around. */
function moveStart(start: Numbers, sequence: number): Numbers {
  return ahead16(start.sequence, sequence) > LATEST
    ? { ...start, sequence: (sequence - LATEST / 2) & 0xffff }
    : start
}
