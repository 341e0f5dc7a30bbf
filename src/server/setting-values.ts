/**
 * Reading the value of a setting from text. Each reader throws an error whose message says what is allowed.
 *
 * @module
 */
import { faultOfKeySecret } from '../core/access-key.ts'
import { RollcallError } from '../core/errors.ts'
import { readNetwork } from '../core/network.ts'
import { SESSION_KINDS, type SessionKind } from '../core/session.ts'
import { toMilliseconds } from '../core/time.ts'
import type { AttemptLimit } from '../http/attempts.ts'

/** The most live sessions of a user: logins, or of each kind that is named. */
export type SessionLimit = number | Readonly<Partial<Record<SessionKind, number>>>

/** Reads any text. */
export function readText(value: string): string {
  return value
}

/** Reads a span of time, in milliseconds. */
export function readSpan(value: string): number {
  return toMilliseconds(/^\d+$/.test(value) ? Number(value) : value, 'value')
}

/** Reads a span of time from one to another, in milliseconds. */
export function spanWithin(least: string, most: string): (value: string) => number {
  return (value) => {
    const span = readSpan(value)
    if (span >= readSpan(least) && span <= readSpan(most)) return span
    throw refusal(`give a span from ${least} to ${most}.`)
  }
}

/** Reads a whole number from one to another. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw refusal(`give a whole number from ${least} to ${most}.`)
  }
}

/** Reads one of a few words. */
export function oneOf(...values: readonly string[]): (value: string) => string {
  return (value) => {
    if (values.includes(value)) return value
    throw refusal(`give one of ${values.join(', ')}.`)
  }
}

/** Reads the secret of an access key. */
export function readKey(value: string): string {
  const fault = faultOfKeySecret(value)
  if (fault === undefined) return value
  throw refusal(`this access key cannot be used: ${fault}.`)
}

/** Reads origins with commas between (RFC 6454 6.2). */
export function readOrigins(value: string): readonly string[] {
  return listed(value).map((origin) => {
    if (!origin.includes('*') && URL.canParse(origin) && new URL(origin).origin === origin) return origin
    throw refusal(
      `"${origin}" is no origin. One looks like https://app.example.com, without a path; there are no patterns.`,
    )
  })
}

/** Names of networks that need no numbers: of this machine, of this link, of private use. */
const NETWORKS = ['loopback', 'linklocal', 'uniquelocal']

/** Reads addresses and networks with commas between. Nobody can mean everybody: then anyone could forge an address. */
export function readProxies(value: string): readonly string[] {
  return listed(value).map((proxy) => {
    if (NETWORKS.includes(proxy)) return proxy
    if (readNetwork(proxy) !== undefined && !proxy.endsWith('/0')) return proxy
    throw refusal(
      `"${proxy}" is no proxy that can be trusted. Give addresses or networks, such as 10.0.0.5 or 10.0.0.0/8, or ${NETWORKS.join(', ')}.`,
    )
  })
}

/** Reads how many wrong credentials are too many, such as `100/1m`; `0` is for no limit. */
export function readAttemptLimit(value: string): AttemptLimit | undefined {
  if (value === '0') return undefined
  const { count, window } = readCountInTime(
    value,
    'give how many in how long, such as 100/1m, or 0 for no limit.',
  )
  return { failures: count, window }
}

/** Reads so many in so long, such as `100/1m`, or throws that `advice`. The time is in milliseconds, one day at most. */
export function readCountInTime(
  value: string,
  advice: string,
): { readonly count: number; readonly window: number } {
  const [, text = '', span = ''] = /^([^/]*)\/(.*)$/.exec(value) ?? []
  const count = Number(/^\d{1,9}$/.test(text) ? text : Number.NaN)
  if (!(count > 0)) throw refusal(advice)
  return { count, window: spanWithin('1s', '1d')(span) }
}

/** Reads a yes or a no. */
export function readYesOrNo(value: string): boolean {
  return oneOf('yes', 'no')(value) === 'yes'
}

/** Reads how many sessions a user may have: `5` logins, or `login=5,connection=20,playback=2`. */
export function readSessionLimit(value: string): SessionLimit {
  const count = wholeNumber(1, 1_000_000)
  if (!value.includes('=')) return count(value)
  const limits = listed(value).map((each) => {
    const [kind, most = ''] = each.split('=')
    const known = SESSION_KINDS.find((one) => one === kind?.trim())
    if (known === undefined) throw refusal(`give numbers for ${SESSION_KINDS.join(', ')}, such as login=5.`)
    return [known, count(most.trim())] as const
  })
  if (new Set(limits.map(([kind]) => kind)).size === limits.length) return Object.fromEntries(limits)
  throw refusal('give each kind once.')
}

/** Splits a text at its commas, and leaves out what is empty. */
export function listed(value: string): readonly string[] {
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

/** Refuses a value, and says what is allowed. */
export function refusal(message: string): RollcallError {
  return new RollcallError('bad-request', message)
}
