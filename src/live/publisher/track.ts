/**
 * One track of a stream: what its publisher sends, numbered for those who play.
 *
 * @module
 */
import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'
import { type Continuity, continuity } from './continuity.ts'
import { type Reception, reception } from './reception.ts'
import { ring } from './ring.ts'
import type { ReceiverReport, SenderReport } from './rtcp.ts'
import type { RtpPacket } from './rtp.ts'
import type { Codec } from './sdp.ts'

/** A track. */
export interface Track {
  readonly kind: string
  readonly codec: Codec

  /** Takes a packet, and answers what goes to those who play. Nothing where it came before, or is of another source. */
  pass(packet: RtpPacket): Numbered | undefined

  /** A packet that was passed lately, by its number. */
  again(sequence: number): Numbered | undefined

  /** The source that its publisher sends it from, once something came. */
  source(): number | undefined

  /** The numbers of packets that its publisher has to send again now. */
  missing(): readonly number[]

  /** The report for its publisher. */
  report(): ReceiverReport | undefined

  /** Takes note of a report of its publisher. */
  hear(report: SenderReport): void

  /** What the time is on the clock of those who play; undefined until its publisher has said so. */
  time(): Pick<SenderReport, 'ntp' | 'timestamp'> | undefined

  /** Packets that its publisher sent and that never came. */
  lost(): number

  /** Says that somebody else publishes from now on. */
  changeHands(): void
}

/** A packet as it goes to those who play. */
export interface Numbered extends Pick<RtpPacket, 'sequence' | 'timestamp' | 'marker' | 'payload'> {}

/** As many packets as are kept for those who missed some. */
const KEPT = 512

/** How long a source has to be silent before another one may be the track, in milliseconds. */
const SILENCE = 2_000

/** Begins a track, wherever in its numbers. */
export function track(kind: string, codec: Codec, clock: Clock): Track {
  const numbers: Continuity = continuity(codec.clockRate, {
    sequence: randomInt(0x8000),
    timestamp: randomInt(0x1_0000_0000),
  })
  const kept = ring<Numbered>(KEPT)
  let from: { readonly source: number; readonly reception: Reception } | undefined
  let passedAt = 0
  let told: Told | undefined

  function receptionOf(source: number, now: number): Reception | undefined {
    if (from?.source === source) return from.reception
    if (from !== undefined && now - passedAt < SILENCE) return undefined
    changeHands()
    from = { source, reception: reception(source, codec.clockRate) }
    return from.reception
  }

  function changeHands(): void {
    from = undefined
    told = undefined
    numbers.changeHands()
  }

  return {
    kind,
    codec,

    pass(packet) {
      const now = clock.monotonic()
      if (!receptionOf(packet.source, now)?.take(packet, now)) return undefined
      passedAt = now
      const next = numbers.rewrite(packet, now)
      if (next === undefined) return undefined
      const passed = { ...next, marker: packet.marker, payload: packet.payload }
      kept.add(next.sequence, passed)
      return passed
    },

    again: (sequence) => kept.get(sequence),
    source: () => from?.source,
    missing: () => from?.reception.missing(clock.monotonic()) ?? [],
    report: () => from?.reception.report(clock.monotonic()),

    hear(report) {
      if (report.source !== from?.source) return
      const timestamp = numbers.timestampOf(report.timestamp)
      if (timestamp === undefined) return
      const now = clock.monotonic()
      told = { ntp: report.ntp, timestamp, at: now }
      from.reception.hear(report, now)
    },

    time() {
      if (told === undefined) return undefined
      const since = clock.monotonic() - told.at
      return {
        ntp: told.ntp + BigInt(Math.round((since * 0x1_0000_0000) / 1_000)),
        timestamp: (told.timestamp + Math.round((since * codec.clockRate) / 1_000)) >>> 0,
      }
    },

    lost: () => from?.reception.lost() ?? 0,
    changeHands,
  }
}

/** What the publisher said last of its clock, and when. */
interface Told {
  readonly ntp: bigint
  readonly timestamp: number
  readonly at: number
}
