/**
 * The session descriptions that this side writes.
 *
 * @module
 */
import type { IceCandidate } from './contract.ts'
import type { Codec } from './sdp.ts'

/** The end of the transport on this side. */
export interface LocalEnd {
  readonly ice: { readonly name: string; readonly password: string }

  /** SHA-256 of the certificate, as `AB:CD:…`. */
  readonly fingerprint: string
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
}

/** A media section to write. Without a codec it says that it is not wanted. */
export interface LocalSection {
  readonly kind: string
  readonly protocol: string

  /** The format that stands in the line of a section that is not wanted. */
  readonly format: string
  readonly mid: string
  readonly direction: 'sendonly' | 'recvonly'
  readonly codec?: Codec

  /** The source that this side sends it from. */
  readonly source?: number
}

/** Writes an answer, or an offer. */
export function writeDescription(
  end: LocalEnd,
  sections: readonly LocalSection[],
  setup: 'passive' | 'actpass',
): string {
  const accepted = sections.filter(({ codec }) => codec !== undefined)
  const lines = [
    'v=0',
    `o=- ${Date.now()} 1 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${accepted.map(({ mid }) => mid).join(' ')}`,
    'a=msid-semantic: WMS rollcall',
    ...sections.flatMap((section) => writeSection(end, section, setup)),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** The addresses of this side, one by one. */
export function writeCandidates({ addresses }: LocalEnd): readonly string[] {
  return addresses.map(({ address, port }, index) => {
    const priority = 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255 // RFC 8445, section 5.1.2.1.
    return `candidate:${index + 1} 1 udp ${priority} ${address} ${port} typ host`
  })
}

/** The same, as they are sent beside an offer. */
export function toIceCandidates(end: LocalEnd, mid: string): readonly IceCandidate[] {
  return writeCandidates(end).map((candidate) => ({ candidate, sdpMid: mid, sdpMLineIndex: 0 }))
}

function writeSection(end: LocalEnd, section: LocalSection, setup: string): readonly string[] {
  const { kind, protocol, format, mid, direction, codec, source } = section
  if (codec === undefined)
    return [`m=${kind} 0 ${protocol} ${format}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=inactive']
  const channels = codec.channels > 1 ? `/${codec.channels}` : ''
  const sending = source === undefined ? [] : writeSource(kind, source)
  return [
    `m=${kind} 9 ${protocol} ${codec.type}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${codec.type} ${codec.name}/${codec.clockRate}${channels}`,
    ...(codec.parameters === '' ? [] : [`a=fmtp:${codec.type} ${codec.parameters}`]),
    ...FEEDBACK.filter((name) => codec.feedback.includes(name)).map(
      (name) => `a=rtcp-fb:${codec.type} ${name}`,
    ),
    ...sending,
    `a=ice-ufrag:${end.ice.name}`,
    `a=ice-pwd:${end.ice.password}`,
    `a=fingerprint:sha-256 ${end.fingerprint}`,
    `a=setup:${setup}`,
    ...writeCandidates(end).map((candidate) => `a=${candidate}`),
    'a=end-of-candidates',
  ]
}

/** What both sides may tell each other, where the other side knows it too. */
const FEEDBACK: readonly string[] = ['nack', 'nack pli', 'ccm fir', 'goog-remb']

function writeSource(kind: string, source: number): readonly string[] {
  return [
    `a=msid:rollcall ${kind}`,
    `a=ssrc:${source} cname:rollcall`,
    `a=ssrc:${source} msid:rollcall ${kind}`,
  ]
}
