/**
 * Session descriptions (RFC 8866) of peers: what is needed of them, and nothing that was not looked at.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'

/** A description of a peer. All its media go over one transport (RFC 8843). */
export interface Description {
  readonly ice: { readonly name: string; readonly password: string }
  readonly fingerprint: Fingerprint
  readonly setup: 'active' | 'actpass'
  readonly sections: readonly Section[]
}

/** A digest of the certificate that a peer shows (RFC 8122). */
export interface Fingerprint {
  readonly algorithm: 'sha-256' | 'sha-384' | 'sha-512'

  /** In hexadecimal digits, upper case, without colons. */
  readonly value: string
}

/** A media section. */
export interface Section {
  readonly kind: string
  readonly protocol: string

  /** The first of its formats, as it was written. */
  readonly format: string
  readonly mid: string
  readonly rejected: boolean
  readonly direction: Direction

  /** Codecs in the order of preference. */
  readonly codecs: readonly Codec[]
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** A codec as it was described. */
export interface Codec {
  readonly type: number
  readonly name: string
  readonly clockRate: number
  readonly channels: number

  /** Its format parameters, as they were written. */
  readonly parameters: string

  /** What it can be told, such as `nack pli`. */
  readonly feedback: readonly string[]
}

/** The longest description, in characters, and the most of what it may hold. */
const LONGEST = 65_536
const MOST_LINES = 4_096
const MOST_SECTIONS = 16
const MOST_CANDIDATES = 256

/** There are no more payload types than these (RFC 3550, section 5.1). */
const MOST_FORMATS = 128

/**
 * Reads a description.
 *
 * @throws RollcallError `too-large`, or `unprocessable` with what is wrong with it
 */
export function readDescription(text: string): Description {
  if (text.length > LONGEST)
    throw new RollcallError('too-large', 'An SDP may have 65,536 characters at most.')
  const lines = text.split(/\r?\n/)
  if (lines[0] !== 'v=0') throw refuse('it does not begin with v=0')
  if (lines.length > MOST_LINES) throw refuse(`it has more than ${MOST_LINES} lines`)
  if (lines.filter((line) => line.startsWith('a=candidate:')).length > MOST_CANDIDATES)
    throw refuse(`it has more than ${MOST_CANDIDATES} candidates`)
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []))
  if (starts.length === 0) throw refuse('it describes no media')
  if (starts.length > MOST_SECTIONS) throw refuse(`it has more than ${MOST_SECTIONS} media sections`)
  const blocks = starts.map((start, index) => lines.slice(start, starts[index + 1]))
  const sections = blocks.map(readSection)
  if (new Set(sections.map(({ mid }) => mid)).size < sections.length)
    throw refuse('two sections share one mid')
  const own = blocks[sections.findIndex(({ rejected }) => !rejected)] ?? []
  return { ...readTransport([...own, ...lines.slice(0, starts[0])]), sections }
}

function refuse(why: string): RollcallError<'unprocessable'> {
  return new RollcallError('unprocessable', `The SDP cannot be used: ${why}.`)
}

/** Reads what the media go over. What a section says itself comes before what is said for all. */
function readTransport(lines: readonly string[]): Omit<Description, 'sections'> {
  const name = attributeOf(lines, 'ice-ufrag')
  const password = attributeOf(lines, 'ice-pwd')
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(name)) throw refuse('it has no usable a=ice-ufrag')
  if (!/^[A-Za-z0-9+/]{22,256}$/.test(password)) throw refuse('it has no usable a=ice-pwd')
  const setup = attributeOf(lines, 'setup')
  if (setup !== 'active' && setup !== 'actpass') throw refuse('a=setup must be actpass or active')
  return { ice: { name, password }, fingerprint: readFingerprint(lines), setup }
}

const DIGEST_LENGTHS = { 'sha-256': 64, 'sha-384': 96, 'sha-512': 128 } as const

function readFingerprint(lines: readonly string[]): Fingerprint {
  for (const line of lines) {
    const [, name = '', digest = ''] = /^a=fingerprint:(\S+) ([0-9A-Fa-f:]+)$/.exec(line) ?? []
    const algorithm = name.toLowerCase()
    const value = digest.replaceAll(':', '').toUpperCase()
    if (isDigest(algorithm) && value.length === DIGEST_LENGTHS[algorithm]) return { algorithm, value }
  }
  throw refuse('it has no a=fingerprint of SHA-256, SHA-384 or SHA-512')
}

function isDigest(name: string): name is Fingerprint['algorithm'] {
  return Object.hasOwn(DIGEST_LENGTHS, name)
}

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']

function readSection(lines: readonly string[], index: number): Section {
  const [kind = '', port = '', protocol = '', ...types] = (lines[0] ?? '').slice(2).split(' ')
  const [format = ''] = types
  if (!/^[a-z]+ \d+ [A-Za-z/]+ [A-Za-z0-9-]+$/.test(`${kind} ${port} ${protocol} ${format}`))
    throw refuse(`media section ${index} is malformed`)
  if (types.length > MOST_FORMATS)
    throw refuse(`media section ${index} has more than ${MOST_FORMATS} formats`)
  const mid = attributeOf(lines, 'mid') || String(index)
  if (!/^[!#$%&'*+.^_`{|}~A-Za-z0-9-]{1,64}$/.test(mid))
    throw refuse(`the mid of section ${index} is malformed`)
  const direction = lines.map((line) => line.slice(2)).find(isDirection) ?? 'sendrecv'
  const isMedia = kind === 'audio' || kind === 'video'
  const rejected = port === '0' && !lines.includes('a=bundle-only')
  return { kind, protocol, format, mid, rejected, direction, codecs: isMedia ? readCodecs(lines, types) : [] }
}

function isDirection(value: string): value is Direction {
  return DIRECTIONS.includes(value)
}

/** Codecs whose payload types say by themselves what they are (RFC 3551). */
const STATIC: Readonly<Record<number, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000' }

function readCodecs(lines: readonly string[], types: readonly string[]): readonly Codec[] {
  const maps = collect(lines, /^a=rtpmap:(\d{1,3}) (\S{1,64})$/)
  const parameters = collect(lines, /^a=fmtp:(\d{1,3}) ([!-~ ]{1,512})$/)
  const feedback = collect(lines, /^a=rtcp-fb:(\d{1,3}|\*) ([a-z -]{1,64})$/)
  return types.flatMap((text) => {
    const type = Number(text)
    const described = maps.get(text)?.[0] ?? STATIC[type] ?? ''
    const [, name, clock, channels] = /^([A-Za-z0-9_.-]{1,32})\/(\d{1,6})(?:\/(\d))?$/.exec(described) ?? []
    if (!/^\d{1,3}$/.test(text) || type > 127 || name === undefined || Number(clock) === 0) return []
    return {
      type,
      name,
      clockRate: Number(clock),
      channels: Number(channels ?? 1),
      parameters: parameters.get(text)?.[0] ?? '',
      feedback: [...(feedback.get(text) ?? []), ...(feedback.get('*') ?? [])],
    }
  })
}

function collect(lines: readonly string[], pattern: RegExp): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const line of lines) {
    const [, key, value] = pattern.exec(line) ?? []
    if (key !== undefined && value !== undefined) found.set(key, [...(found.get(key) ?? []), value])
  }
  return found
}

function attributeOf(lines: readonly string[], attribute: string): string {
  const start = `a=${attribute}:`
  return lines.find((line) => line.startsWith(start))?.slice(start.length) ?? ''
}
