/**
 * Somebody who publishes a stream.
 *
 * @module
 */
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import type { PeerStatistics } from './contract.ts'
import { meter } from './meter.ts'
import { writeBandwidth, writeKeyFrameRequest, writeMissing, writeReceiverReport } from './rtcp.ts'
import type { RtpPacket } from './rtp.ts'
import type { Codec } from './sdp.ts'
import type { Track } from './track.ts'
import { makeSource } from './viewing.ts'

/** A kind of media, and the codec it is published in. */
export interface Offering {
  readonly kind: string
  readonly codec: Codec
}

/** A publisher. */
export interface Publication {
  readonly id: string
  readonly offerings: readonly Offering[]

  /** The kind of media that a packet belongs to; undefined where it is of none that was agreed on. */
  count(packet: RtpPacket): string | undefined

  /** Asks for a key frame of a track. */
  askKeyFrame(track: Track): void

  /** Asks for what is missing of a track. */
  askMissing(track: Track): void

  /** Reports how tracks are received, and how much may be sent. */
  report(tracks: readonly Track[]): void
  statistics(tracks: readonly Track[]): Omit<PeerStatistics, 'stream' | 'role' | 'remoteAddress'>
}

/**
 * What a publisher is told that it may send, in bits per second. Browsers send next to nothing where they are told nothing,
 * and less than this by themselves where packets are lost.
 */
const BANDWIDTH = 20_000_000

/** Makes a publisher of a connection. */
export function publication(
  id: string,
  connection: Connection,
  offerings: readonly Offering[],
  clock: Clock,
): Publication {
  const own = makeSource()
  const received = meter()
  const counts = { negativeAcknowledgements: 0, retransmissions: 0, keyFrameRequests: 0 }

  return {
    id,
    offerings,

    count({ payloadType, payload }) {
      const found = offerings.find(({ codec }) => codec.type === payloadType)
      if (found !== undefined) received.add(payload.length + 12, clock.now())
      return found?.kind
    },

    askKeyFrame(track) {
      const source = track.source()
      if (source === undefined) return
      counts.keyFrameRequests++
      connection.sendRtcp(writeReceiverReport(own, []), writeKeyFrameRequest(own, source))
    },

    askMissing(track) {
      const source = track.source()
      const sequences = source === undefined ? [] : track.missing()
      if (source === undefined || sequences.length === 0) return
      counts.negativeAcknowledgements += sequences.length
      connection.sendRtcp(writeReceiverReport(own, []), writeMissing(own, source, sequences))
    },

    report(tracks) {
      const reports = tracks.map((track) => track.report()).filter((report) => report !== undefined)
      const [first] = reports
      if (first === undefined) return
      const video = tracks.find(({ kind }) => kind === 'video')?.source() ?? first.source
      connection.sendRtcp(writeReceiverReport(own, reports), writeBandwidth(own, video, BANDWIDTH))
    },

    statistics(tracks) {
      const { bytes, packets, firstAt, lastAt, average, last, most } = received.read(clock.now())
      return {
        bytesSent: 0,
        packetsSent: 0,
        bytesReceived: bytes,
        packetsReceived: packets,
        ...(firstAt !== undefined && { firstAt }),
        ...(lastAt !== undefined && { lastAt }),
        averageThroughput: average,
        lastThroughput: last,
        mostThroughput: most,
        packetsLost: tracks.reduce((sum, track) => sum + track.lost(), 0),
        ...counts,
        codecs: offerings.map(({ codec }) => codec.name),
      }
    },
  }
}
