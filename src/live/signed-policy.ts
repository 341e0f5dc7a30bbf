/**
 * OvenMediaEngine's SignedPolicy: URLs that say until when, from when and from where they may be used, and prove it.
 *
 * The signature is the HMAC-SHA1, as base64url without padding, of the whole URL without the signature itself; the port
 * stands in it even where it is the usual one.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { RollcallError } from '../core/errors.ts'
import { readNetwork } from '../core/network.ts'
import type { Instant } from '../core/time.ts'

/** A URL that somebody asks for. */
export interface SignedUrl {
  /** As whoever asks wrote it: scheme, host, port, path and query. */
  readonly url: string
  readonly now: Instant

  /** Where the connection comes from. */
  readonly peerAddress: string

  /** Where whoever asks is, as far as proxies are trusted to tell. */
  readonly address: string
}

/** What a policy grants. */
export interface SignedTerms {
  /** When a playback that begins with it is over. */
  readonly endsAt?: Instant
}

/** The parameters of a signed URL. */
const POLICY = 'policy'
const SIGNATURE = 'signature'

/**
 * Reads what a signed URL grants.
 *
 * @throws RollcallError `forbidden` where it is not signed with that key, where its policy cannot be read, and where that
 * does not let in whoever asks, now and from there
 */
export function readSignedPolicy(key: string, { url, now, peerAddress, address }: SignedUrl): SignedTerms {
  const policies = valuesOf(url, POLICY)
  const signatures = valuesOf(url, SIGNATURE)
  const [policy, signature] = [policies[0], signatures[0]]
  if (policy === undefined || signature === undefined || policies.length + signatures.length > 2)
    throw refusal('Playing this takes a signed URL: one "policy" and one "signature" in its query.')
  if (!isSame(signature, signUrl(key, url)))
    throw refusal('The signature does not fit. Sign the URL just as it is asked for, with its port.')
  const { url_expire, url_activate, stream_expire, allow_ip, real_ip } = readPolicy(policy)
  if (url_expire === undefined || url_expire <= now) throw refusal('This signed URL has expired.')
  if (url_activate !== undefined && url_activate > now) throw refusal('This signed URL is not active yet.')
  if (stream_expire !== undefined && stream_expire <= now)
    throw refusal('What this signed URL is for has expired.')
  if (!isWithin(allow_ip, peerAddress) || !isWithin(real_ip, address))
    throw refusal('This signed URL is for another address.')
  return stream_expire === undefined ? {} : { endsAt: stream_expire }
}

/** Signs a URL that has a policy. One that is signed already is signed as if it were not. */
export function signUrl(key: string, url: string): string {
  return createHmac('sha1', key).update(withoutSignature(url)).digest('base64url')
}

/** Signs a URL in place of whatever signature it has, for whoever answers at its host and port. */
export function signAgain(key: string, url: string): string {
  const { protocol, origin, port } = new URL(url)
  const path = url.slice(url.indexOf('/', protocol.length + 2))
  const asked = `${origin}${port === '' ? `:${PORTS[protocol]}` : ''}${path}`
  return `${withoutSignature(url)}&${SIGNATURE}=${signUrl(key, asked)}`
}

/** The ports that are usual, by the scheme. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** What a policy may say. Moments are milliseconds since the Unix epoch. */
interface Policy {
  readonly url_expire?: Instant
  readonly url_activate?: Instant
  readonly stream_expire?: Instant
  readonly allow_ip?: string
  readonly real_ip?: string
}

const MOMENTS = ['url_expire', 'url_activate', 'stream_expire'] as const
const NETWORKS = ['allow_ip', 'real_ip'] as const

/** Reads a policy. What it says beside the known fields is passed over; a known one that says nothing is refused. */
function readPolicy(encoded: string): Policy {
  const given = parse(encoded)
  const wrong =
    given === undefined ||
    MOMENTS.some((field) => given[field] !== undefined && !Number.isSafeInteger(given[field])) ||
    NETWORKS.some((field) => given[field] !== undefined && readNetwork(String(given[field])) === undefined)
  if (wrong)
    throw refusal(
      'The policy is not base64url of JSON, with times in milliseconds and networks such as 10.0.0.0/8.',
    )
  return given as Policy
}

function parse(encoded: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(encoded)) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64url'))
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

function isWithin(network: string | undefined, address: string): boolean {
  return network === undefined || readNetwork(network)?.(address) === true
}

/** The values of a parameter, as they were sent. */
function valuesOf(url: string, name: string): readonly string[] {
  const [, query = ''] = split(url)
  return query
    .split('&')
    .flatMap((pair) => (pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : []))
}

/** Takes the signature out of a URL, and leaves the rest as it was sent. */
function withoutSignature(url: string): string {
  const [before, query] = split(url)
  const kept = query?.split('&').filter((pair) => !pair.startsWith(`${SIGNATURE}=`)) ?? []
  return kept.length > 0 ? `${before}?${kept.join('&')}` : before
}

function split(url: string): readonly [string, string?] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** Compares in a time that does not tell how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refusal(why: string): RollcallError {
  return new RollcallError('forbidden', why)
}
