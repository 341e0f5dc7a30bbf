/**
 * RTCP packets (RFC 3550, RFC 4585, RFC 5104): the few that a relay reads and writes.
 *
 * @module
 */

/** What was reported about a source that is received. */
export interface ReceiverReport {
  readonly source: number

  /** Parts of 256 that were lost since the last report, and packets lost in all. */
  readonly fractionLost: number
  readonly lost: number
  readonly highest: number
  readonly jitter: number

  /** The middle of the NTP time of the last sender report, and the time since, both in units of 1/65536 s. */
  readonly lastReport: number
  readonly delay: number
}

/** What was reported by who sends. */
export interface SenderReport {
  readonly source: number

  /** NTP time: seconds since 1900 in the upper half, their fraction in the lower. */
  readonly ntp: bigint
  readonly timestamp: number
}

/** What is told of each other. */
export type Feedback =
  | { readonly type: 'report'; readonly report: ReceiverReport }
  | { readonly type: 'sender'; readonly report: SenderReport }
  | { readonly type: 'key-frame'; readonly source: number }
  | { readonly type: 'missing'; readonly source: number; readonly sequences: readonly number[] }

/** Reads what is understood of a compound packet that was decrypted. What is malformed is passed over. Never throws. */
export function readRtcp(compound: Buffer): readonly Feedback[] {
  const found: Feedback[] = []
  for (let at = 0; at + 4 <= compound.length; ) {
    const end = at + 4 * (compound.readUInt16BE(at + 2) + 1)
    if (compound.readUInt8(at) >> 6 !== 2 || end > compound.length) break
    const packet = compound.subarray(at, end)
    READERS[packet.readUInt8(1)]?.(packet, packet.readUInt8(0) & 0x1f, found)
    at = end
  }
  return found
}

/** Writes a sender report. */
export function writeSenderReport(
  report: SenderReport & { readonly packets: number; readonly bytes: number },
): Buffer {
  const packet = start(SENDER_REPORT, 0, 28, report.source)
  packet.writeBigUInt64BE(report.ntp, 8)
  packet.writeUInt32BE(report.timestamp, 16)
  packet.writeUInt32BE(report.packets % 0x1_0000_0000, 20)
  packet.writeUInt32BE(report.bytes % 0x1_0000_0000, 24)
  return packet
}

/** Writes a report about what is received; `own` is the source of whoever writes. */
export function writeReceiverReport(own: number, reports: readonly ReceiverReport[]): Buffer {
  const packet = start(RECEIVER_REPORT, reports.length, 8 + 24 * reports.length, own)
  for (const [index, report] of reports.entries()) {
    const at = 8 + 24 * index
    packet.writeUInt32BE(report.source, at)
    packet.writeUInt32BE(
      (((report.fractionLost & 0xff) << 24) | (clampLost(report.lost) & 0xffffff)) >>> 0,
      at + 4,
    )
    packet.writeUInt32BE(report.highest >>> 0, at + 8)
    packet.writeUInt32BE(report.jitter >>> 0, at + 12)
    packet.writeUInt32BE(report.lastReport >>> 0, at + 16)
    packet.writeUInt32BE(report.delay >>> 0, at + 20)
  }
  return packet
}

/** Asks a source for a key frame: picture loss indication (RFC 4585, section 6.3.1). */
export function writeKeyFrameRequest(own: number, source: number): Buffer {
  const packet = start(PAYLOAD_FEEDBACK, PICTURE_LOSS, 12, own)
  packet.writeUInt32BE(source, 8)
  return packet
}

/** Asks a source for packets again (RFC 4585, section 6.2.1). `sequences` rise. */
export function writeMissing(own: number, source: number, sequences: readonly number[]): Buffer {
  const pairs: [first: number, following: number][] = []
  for (const sequence of sequences) {
    const last = pairs.at(-1)
    const distance = last === undefined ? 0 : (sequence - last[0]) & 0xffff
    if (last !== undefined && distance >= 1 && distance <= 16) last[1] |= 1 << (distance - 1)
    else pairs.push([sequence, 0])
  }
  const packet = start(TRANSPORT_FEEDBACK, MISSING, 12 + 4 * pairs.length, own)
  packet.writeUInt32BE(source, 8)
  for (const [index, [first, following]] of pairs.entries()) {
    packet.writeUInt16BE(first, 12 + 4 * index)
    packet.writeUInt16BE(following, 14 + 4 * index)
  }
  return packet
}

/** Says how much a sender may send, in bits per second: REMB, as browsers have it. */
export function writeBandwidth(own: number, source: number, bitsPerSecond: number): Buffer {
  const packet = start(PAYLOAD_FEEDBACK, APPLICATION_LAYER, 24, own)
  const exponent = Math.max(0, Math.ceil(Math.log2((bitsPerSecond + 1) / 2 ** 18)))
  const mantissa = Math.floor(bitsPerSecond / 2 ** exponent)
  packet.write('REMB', 12, 'latin1')
  packet.writeUInt32BE(((1 << 24) | (exponent << 18) | mantissa) >>> 0, 16)
  packet.writeUInt32BE(source, 20)
  return packet
}

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const TRANSPORT_FEEDBACK = 205
const PAYLOAD_FEEDBACK = 206
const MISSING = 1
const PICTURE_LOSS = 1
const FULL_INTRA_REQUEST = 4
const APPLICATION_LAYER = 15

/** As many sequence numbers as one request may name. */
const MOST_MISSING = 256

type Reader = (packet: Buffer, count: number, found: Feedback[]) => void

const READERS: Readonly<Record<number, Reader>> = {
  [SENDER_REPORT](packet, count, found) {
    if (packet.length < 28) return
    const report = {
      source: packet.readUInt32BE(4),
      ntp: packet.readBigUInt64BE(8),
      timestamp: packet.readUInt32BE(16),
    }
    found.push({ type: 'sender', report })
    readReports(packet, 28, count, found)
  },
  [RECEIVER_REPORT]: (packet, count, found) => readReports(packet, 8, count, found),
  [TRANSPORT_FEEDBACK](packet, format, found) {
    if (format !== MISSING || packet.length < 12) return
    const sequences: number[] = []
    for (let at = 12; at + 4 <= packet.length && sequences.length < MOST_MISSING; at += 4) {
      const first = packet.readUInt16BE(at)
      const following = packet.readUInt16BE(at + 2)
      sequences.push(first)
      for (let bit = 0; bit < 16; bit++)
        if ((following >> bit) & 1) sequences.push((first + bit + 1) & 0xffff)
    }
    found.push({ type: 'missing', source: packet.readUInt32BE(8), sequences })
  },
  [PAYLOAD_FEEDBACK](packet, format, found) {
    if (format === PICTURE_LOSS && packet.length >= 12)
      found.push({ type: 'key-frame', source: packet.readUInt32BE(8) })
    if (format === FULL_INTRA_REQUEST && packet.length >= 20)
      found.push({ type: 'key-frame', source: packet.readUInt32BE(12) })
  },
}

function readReports(packet: Buffer, from: number, count: number, found: Feedback[]): void {
  for (let index = 0, at = from; index < count && at + 24 <= packet.length; index++, at += 24)
    found.push({
      type: 'report',
      report: {
        source: packet.readUInt32BE(at),
        fractionLost: packet.readUInt8(at + 4),
        lost: packet.readIntBE(at + 5, 3),
        highest: packet.readUInt32BE(at + 8),
        jitter: packet.readUInt32BE(at + 12),
        lastReport: packet.readUInt32BE(at + 16),
        delay: packet.readUInt32BE(at + 20),
      },
    })
}

function start(type: number, count: number, length: number, own: number): Buffer {
  const packet = Buffer.alloc(length)
  packet.writeUInt8(0x80 | count, 0)
  packet.writeUInt8(type, 1)
  packet.writeUInt16BE(length / 4 - 1, 2)
  packet.writeUInt32BE(own, 4)
  return packet
}

function clampLost(lost: number): number {
  return Math.max(-0x800000, Math.min(0x7fffff, lost))
}
