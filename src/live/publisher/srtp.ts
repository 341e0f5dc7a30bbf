/**
 * Encrypting and decrypting media (RFC 3711, RFC 7714), by werift.
 *
 * @module
 */
import { type RtpHeader, SrtcpSession, SrtpSession } from 'werift'
import { ahead16 } from './rtp.ts'

/** The keys of one connection, at work. */
export interface MediaKeys {
  encryptRtp(header: RtpHeader, payload: Buffer): Buffer
  encryptRtcp(compound: Buffer): Buffer

  /** Undefined where nobody who has the keys wrote it. */
  decryptRtp(datagram: Buffer): Buffer | undefined
  decryptRtcp(datagram: Buffer): Buffer | undefined
}

/** What was agreed on in a handshake. */
export type MediaKeyMaterial = ConstructorParameters<typeof SrtpSession>[0]

/** As many sources as one connection may send from. An honest one has four at the most. */
const MOST_SOURCES = 32

/** Puts keys to work. */
export function mediaKeys(material: MediaKeyMaterial): MediaKeys {
  const rtp = new SrtpSession(material)
  const rtcp = new SrtcpSession(material)
  const sent = new Map<number, Row>()
  const received = new Map<number, Row>()

  return {
    encryptRtp(header, payload) {
      const next = advance(sent.get(header.ssrc), header.sequenceNumber)
      place(rtp.localContext, header.ssrc, header.sequenceNumber, next.rollovers)
      sent.set(header.ssrc, next.row)
      return rtp.encrypt(payload, header)
    },

    encryptRtcp: (compound) => rtcp.encrypt(compound),

    decryptRtp(datagram) {
      if (datagram.length < 12) return undefined
      const source = datagram.readUInt32BE(8)
      const sequence = datagram.readUInt16BE(2)
      if (!received.has(source) && received.size >= MOST_SOURCES) return undefined
      const next = advance(received.get(source), sequence)
      if (received.has(source)) place(rtp.remoteContext, source, sequence, next.rollovers)
      const plain = attempt(() => rtp.decrypt(datagram))
      if (plain !== undefined) received.set(source, next.row)
      return plain
    },

    decryptRtcp: (datagram) => attempt(() => rtcp.decrypt(datagram)),
  }
}

/** How far the numbers of a source have come. */
export interface Row {
  readonly highest: number
  readonly rollovers: number
}

/**
 * How often the numbers of a source had begun again when a packet was numbered, and how far they have come with it
 * (RFC 3711, section 3.3.1). werift's own estimate goes wrong for good when a hole or a late packet lies across the end.
 */
export function advance(
  row: Row | undefined,
  sequence: number,
): { readonly rollovers: number; readonly row: Row } {
  if (row === undefined) return { rollovers: 0, row: { highest: sequence, rollovers: 0 } }
  const ahead = ahead16(row.highest, sequence)
  if (ahead > 0) {
    const rollovers = row.rollovers + (sequence < row.highest ? 1 : 0)
    return { rollovers, row: { highest: sequence, rollovers } }
  }
  const rollovers = Math.max(0, row.rollovers - (sequence > row.highest ? 1 : 0))
  return { rollovers, row }
}

/** Tells werift where a packet is, so that it has nothing to estimate. */
function place(
  context: SrtpSession['localContext'],
  source: number,
  sequence: number,
  rollovers: number,
): void {
  const state = context.getSrtpSsrcState(source)
  state.rolloverHasProcessed = true
  state.lastSequenceNumber = sequence
  state.rolloverCounter = rollovers
}

function attempt(decrypt: () => Buffer): Buffer | undefined {
  try {
    return decrypt()
  } catch {
    return undefined
  }
}
