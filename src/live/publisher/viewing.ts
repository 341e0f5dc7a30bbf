/**
 * Somebody who plays a stream.
 *
 * @module
 */
import { randomInt } from 'node:crypto'
import { RtpHeader } from 'werift'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import type { PeerStatistics } from './contract.ts'
import { meter } from './meter.ts'
import type { Feedback, ReceiverReport } from './rtcp.ts'
import { writeSenderReport } from './rtcp.ts'
import type { Codec } from './sdp.ts'
import type { Numbered, Track } from './track.ts'

/** A player. */
export interface Viewing {
  readonly id: string

  /** What it takes. */
  lines(): readonly ViewingLine[]

  /** Says that it takes only these. */
  keep(lines: readonly ViewingLine[]): void

  /** Sends a packet of a kind of media, if the player wants that kind. */
  send(kind: string, packet: Numbered): void

  /** Sends packets of a track once more, as far as it still has them. */
  resend(track: Track, sequences: readonly number[]): void

  /** Sends the time of a track, so that picture and sound stay together. */
  tellTime(track: Track): void

  /** Takes what the player reports. What the stream has to do about it is answered. */
  hear(feedback: readonly Feedback[]): readonly Wish[]

  statistics(): Omit<PeerStatistics, 'stream' | 'role' | 'remoteAddress'>
}

/** What a player wants of the stream: a key frame, or packets once more. */
export type Wish =
  | { readonly type: 'key-frame' }
  | { readonly type: 'again'; readonly kind: string; readonly sequences: readonly number[] }

/** A kind of media that a player takes, as it was agreed on. */
export interface ViewingLine {
  readonly kind: string

  /** The codec that is published, and the payload type that the player has for it. */
  readonly published: Codec
  readonly type: number
  readonly source: number
}

/** Makes up a source for a kind of media of one player. */
export function makeSource(): number {
  return randomInt(1, 0xffff_ffff)
}

/** Makes a player of a connection. */
export function viewing(
  id: string,
  connection: Connection,
  lines: readonly ViewingLine[],
  clock: Clock,
): Viewing {
  const sent = meter()
  let rows = lines.map((line) => ({
    line,
    header: new RtpHeader({ payloadType: line.type, ssrc: line.source }),
    packets: 0,
    bytes: 0,
    lost: 0,
  }))
  const reports = new Map<number, number>()
  const counts = { negativeAcknowledgements: 0, retransmissions: 0, keyFrameRequests: 0 }
  let roundTrip: number | undefined

  function write(kind: string, packet: Numbered): boolean {
    const row = rows.find(({ line }) => line.kind === kind)
    if (row === undefined) return false
    row.header.sequenceNumber = packet.sequence
    row.header.timestamp = packet.timestamp
    row.header.marker = packet.marker
    const size = connection.sendRtp(row.header, packet.payload)
    if (size === 0) return false
    row.packets++
    row.bytes += packet.payload.length
    sent.add(size, clock.now())
    return true
  }

  function hearReport(report: ReceiverReport): void {
    const row = rows.find(({ line }) => line.source === report.source)
    if (row === undefined) return
    row.lost = Math.max(0, report.lost)
    const at = reports.get(report.lastReport)
    if (at === undefined) return
    const elapsed = clock.monotonic() - at - (report.delay * 1_000) / 65_536
    if (elapsed >= 0) roundTrip = roundTrip === undefined ? elapsed : roundTrip + (elapsed - roundTrip) / 8
  }

  function wishOf(item: Feedback): Wish | undefined {
    if (item.type === 'report') hearReport(item.report)
    if (item.type === 'sender' || item.type === 'report') return undefined
    const row = rows.find(({ line }) => line.source === item.source)
    if (row === undefined) return undefined
    if (item.type === 'key-frame') {
      counts.keyFrameRequests++
      return { type: 'key-frame' }
    }
    counts.negativeAcknowledgements += item.sequences.length
    return { type: 'again', kind: row.line.kind, sequences: item.sequences }
  }

  return {
    id,
    lines: () => rows.map(({ line }) => line),
    keep(accepted) {
      rows = rows.filter(({ line }) => accepted.includes(line))
    },
    send: (kind, packet) => void write(kind, packet),

    resend(track, sequences) {
      for (const sequence of sequences) {
        const packet = track.again(sequence)
        if (packet !== undefined && write(track.kind, packet)) counts.retransmissions++
      }
    },

    tellTime(track) {
      const time = track.time()
      const row = rows.find(({ line }) => line.kind === track.kind)
      if (time === undefined || row === undefined || row.packets === 0) return
      reports.set(Number((time.ntp >> 16n) & 0xffffffffn), clock.monotonic())
      for (const old of reports.keys()) {
        if (reports.size <= KEPT_REPORTS) break
        reports.delete(old)
      }
      connection.sendRtcp(
        writeSenderReport({ ...time, source: row.line.source, packets: row.packets, bytes: row.bytes }),
      )
    },

    hear: (feedback) => feedback.map(wishOf).filter((wish) => wish !== undefined),

    statistics() {
      const { bytes, packets, firstAt, lastAt, average, last, most } = sent.read(clock.now())
      return {
        bytesSent: bytes,
        packetsSent: packets,
        bytesReceived: 0,
        packetsReceived: 0,
        ...(firstAt !== undefined && { firstAt }),
        ...(lastAt !== undefined && { lastAt }),
        averageThroughput: average,
        lastThroughput: last,
        mostThroughput: most,
        ...(roundTrip !== undefined && { roundTrip }),
        packetsLost: rows.reduce((sum, { lost }) => sum + lost, 0),
        ...counts,
        codecs: rows.map(({ line }) => line.published.name),
      }
    },
  }
}

/** As many reports as are kept in mind to see how long their answers take. */
const KEPT_REPORTS = 16
