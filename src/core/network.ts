/**
 * Addresses, and the networks that they are in.
 *
 * @module
 */

/** An address as bits: 32 of them (RFC 791) or 128 (RFC 4291). */
interface Address {
  readonly bits: bigint
  readonly length: 32 | 128
}

/** Tells whether an address is the one, or in the network, that it was made for. */
export type NetworkTest = (address: string) => boolean

/**
 * Reads an address such as `203.0.113.7`, or a network such as `2001:db8::/32` (RFC 4632, RFC 4291 2.3). No IPv6 network
 * holds an IPv4 address; one of mapped addresses, such as `::ffff:10.0.0.0/104`, is the IPv4 network.
 *
 * @returns undefined where the text is neither.
 */
export function readNetwork(text: string): NetworkTest | undefined {
  const [base = '', prefix, ...rest] = text.split('/')
  const network = readAddress(base)
  if (network === undefined || rest.length > 0) return undefined
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  const mapped = network.length === 32 && base.includes(':') ? 96 : 0
  const kept = prefix === undefined ? network.length : Number(prefix) - mapped
  if (kept < 0 || kept > network.length) return undefined
  const shift = BigInt(network.length - kept)
  const wanted = network.bits >> shift
  return (given) => {
    const address = readAddress(given)
    return address?.length === network.length && address.bits >> shift === wanted
  }
}

/** Tells whether a text is one address. */
export function isAddress(text: string): boolean {
  return readAddress(text) !== undefined
}

/** The one way to write an address (RFC 5952); a text that is none stays as it is. */
export function canonicalAddress(text: string): string {
  const address = readAddress(text)
  if (address === undefined) return text
  const groups = split(address.bits, address.length === 32 ? 8n : 16n, address.length === 32 ? 4 : 8)
  if (address.length === 32) return groups.join('.')
  const hex = groups.map((group) => group.toString(16)).join(':')
  const zeros = [...hex.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)]
  const [longest] = zeros.sort((a, b) => b[0].length - a[0].length)
  if (longest === undefined) return hex
  const before = hex.slice(0, longest.index).replace(/:$/, '')
  const after = hex.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}

/**
 * The block of addresses that one party is taken to hold, in one spelling: an IPv4 address, or the first 64 bits of
 * an IPv6 one (RFC 4291 2.5.4). Undefined where the text is no address.
 */
export function blockOf(text: string): string | undefined {
  const address = readAddress(text)
  if (address === undefined) return undefined
  return address.length === 32 ? `4/${address.bits.toString(16)}` : `6/${(address.bits >> 64n).toString(16)}`
}

/** An IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 2.5.5.2). */
function readAddress(text: string): Address | undefined {
  const four = readFour(text)
  if (four !== undefined) return { bits: four, length: 32 }
  const six = readSix(text)
  if (six === undefined) return undefined
  return six >> 32n === 0xffffn ? { bits: six & 0xffff_ffffn, length: 32 } : { bits: six, length: 128 }
}

function readFour(text: string): bigint | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte < 256) ? join(bytes, 8n) : undefined
}

function readSix(text: string): bigint | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const four = tail && readFour(tail[2] ?? '')
  if (tail && four === undefined) return undefined
  const plain = tail
    ? `${tail[1]}${((four ?? 0n) >> 16n).toString(16)}:${((four ?? 0n) & 0xffffn).toString(16)}`
    : text
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - rest.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...rest]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return join(
    groups.map((group) => Number.parseInt(group, 16)),
    16n,
  )
}

function split(bits: bigint, width: bigint, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, index) => {
    const shift = BigInt(count - 1 - index) * width
    return (bits >> shift) & ((1n << width) - 1n)
  })
}

function join(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n)
}
