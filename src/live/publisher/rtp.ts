/**
 * RTP packets (RFC 3550), as far as they are looked into on their way.
 *
 * @module
 */

/** A packet of media. */
export interface RtpPacket {
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly source: number

  /** What it carries, without padding and header extensions. May be empty. */
  readonly payload: Buffer
}

/** Reads a packet that was decrypted; undefined where it is none. Never throws. */
export function readRtp(packet: Buffer): RtpPacket | undefined {
  const [first = 0, second = 0] = packet
  if (packet.length < 12 || first >> 6 !== 2) return undefined
  let start = 12 + 4 * (first & 0x0f)
  if (first & 0x10) {
    if (packet.length < start + 4) return undefined
    start += 4 + 4 * packet.readUInt16BE(start + 2)
  }
  const padding = first & 0x20 ? (packet.at(-1) ?? 0) : 0
  const end = packet.length - padding
  if (start > end) return undefined
  return {
    payloadType: second & 0x7f,
    marker: second >= 0x80,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    source: packet.readUInt32BE(8),
    payload: packet.subarray(start, end),
  }
}

/** How far `to` is ahead of `from`, both modulo 2^16: from -32768 to 32767. */
export function ahead16(from: number, to: number): number {
  return ((to - from + 0x8000) & 0xffff) - 0x8000
}
