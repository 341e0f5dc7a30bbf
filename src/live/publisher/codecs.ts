/**
 * Which codecs are taken from who publishes, and which of a player's is the same.
 *
 * @module
 */
import type { Codec, Section } from './sdp.ts'

/** Chooses what is taken of a section: the codec that its publisher likes best. */
export function chooseCodec(section: Section): Codec | undefined {
  const [first, ...others] = section.codecs.filter(({ name }) => !HELPERS.has(name.toLowerCase()))
  if (first === undefined || !isH264(first) || isNonInterleaved(first)) return first
  return others.find((codec) => isH264(codec) && isNonInterleaved(codec)) ?? first
}

/** Finds the codec of a player that plays what is published. */
export function findCodec(published: Codec, section: Pick<Section, 'codecs'>): Codec | undefined {
  const same = section.codecs.filter(
    (codec) =>
      codec.name.toLowerCase() === published.name.toLowerCase() &&
      codec.clockRate === published.clockRate &&
      codec.channels === published.channels &&
      (FORMATS[codec.name.toLowerCase()] ?? anyFormat)(readFormat(published), readFormat(codec)),
  )
  return same.find(({ parameters }) => parameters === published.parameters) ?? same[0]
}

/** Codecs that carry, repair or accompany others. */
const HELPERS: ReadonlySet<string> = new Set(['rtx', 'red', 'ulpfec', 'flexfec-03', 'cn', 'telephone-event'])

type Format = Readonly<Record<string, string>>

/** Whether a player's format takes what a publisher's format makes. */
type Takes = (published: Format, played: Format) => boolean

const anyFormat: Takes = () => true

/** RFC 6184 section 8.2.2, RFC 9628 section 6, the AV1 RTP specification section 7.2, RFC 7798 section 7.1. */
const FORMATS: Readonly<Record<string, Takes>> = {
  h264: (published, played) =>
    (published['packetization-mode'] ?? '0') === (played['packetization-mode'] ?? '0') &&
    takesH264(published, played),
  vp9: (published, played) => (published['profile-id'] ?? '0') === (played['profile-id'] ?? '0'),
  av1: (published, played) => (published.profile ?? '0') === (played.profile ?? '0'),
  h265: (published, played) => (published['profile-id'] ?? '1') === (played['profile-id'] ?? '1'),
}

function takesH264(published: Format, played: Format): boolean {
  const made = readProfile(published['profile-level-id'])
  const taken = readProfile(played['profile-level-id'])
  if (made === undefined || taken === undefined || made.profile !== taken.profile) return false
  const free = [published, played].every((format) => format['level-asymmetry-allowed'] === '1')
  return free || made.level <= taken.level
}

/**
 * Profiles by `profile_idc` and `profile-iop`, the latter as bits that are set, not set, or do not matter: Table 5 of
 * RFC 6184. Different pairs may name one profile.
 */
const PROFILES: readonly (readonly [idc: number, iop: RegExp, profile: string])[] = [
  [0x42, /^.1..0000$/, 'constrained baseline'],
  [0x4d, /^1...0000$/, 'constrained baseline'],
  [0x58, /^11..0000$/, 'constrained baseline'],
  [0x42, /^.0..0000$/, 'baseline'],
  [0x58, /^10..0000$/, 'baseline'],
  [0x4d, /^0.0.0000$/, 'main'],
  [0x58, /^00..0000$/, 'extended'],
  [0x64, /^00000000$/, 'high'],
  [0x64, /^00001100$/, 'constrained high'],
  [0x6e, /^00000000$/, 'high 10'],
  [0x7a, /^00000000$/, 'high 4:2:2'],
  [0xf4, /^00000000$/, 'high 4:4:4'],
]

/** Level 1b is between 1 and 1.1. */
const LEVEL_1B = 10.5

function readProfile(id = '420010'): { readonly profile: string; readonly level: number } | undefined {
  if (!/^[0-9a-f]{6}$/i.test(id)) return undefined
  const idc = Number.parseInt(id.slice(0, 2), 16)
  const iop = Number.parseInt(id.slice(2, 4), 16)
  const level = Number.parseInt(id.slice(4), 16)
  const bits = iop.toString(2).padStart(8, '0')
  const found = PROFILES.find(([known, pattern]) => known === idc && pattern.test(bits))
  const profile = found?.[2] ?? id.slice(0, 4).toLowerCase()
  const is1b = level === 9 || (level === 11 && (iop & 0x10) !== 0 && idc < 0x64)
  return { profile, level: is1b ? LEVEL_1B : level }
}

function readFormat({ parameters }: Codec): Format {
  const pairs = parameters.split(';').map((pair) => {
    const [name = '', value = ''] = pair.split('=', 2)
    return [name.trim().toLowerCase(), value.trim()]
  })
  return Object.fromEntries(pairs)
}

function isH264({ name }: Codec): boolean {
  return name.toLowerCase() === 'h264'
}

function isNonInterleaved(codec: Codec): boolean {
  return readFormat(codec)['packetization-mode'] === '1'
}
