/**
 * Public names. None of them is a credential.
 *
 * @module
 */
import { BASE58, encodeBase58 } from './base58.ts'
import { checksum } from './checksum.ts'
import type { Env } from './env.ts'

/** What every session id begins with. */
export const SESSION_PREFIX = 'ses_'

/** Characters of a session id behind its prefix; the first of them is its partition. */
export const ID_LENGTH = 22

const SESSION_ID = /^ses_[1-9A-HJ-NP-Za-km-z]{22}$/

/** Where a session is kept: all of a user's sessions share one partition, in every store. */
export interface Placement {
  readonly realm: string
  readonly userId?: string | undefined
  readonly resource?: string | undefined
}

/** Makes a session id: the digit of its partition, then 21 random ones (123 bits). */
export function newSessionId(env: Pick<Env, 'random'>, placement: Placement): string {
  return SESSION_PREFIX + partitionOf(placement) + encodeBase58(env.random(20), ID_LENGTH - 1)
}

/** Tells whether a text has the form of a session id. */
export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text)
}

/** One of 58 partitions, from realm and user; from the resource where there is no user. */
export function partitionOf({ realm, userId, resource }: Placement): string {
  const owner = userId === undefined ? `resource ${resource ?? ''}` : `user ${userId}`
  return BASE58.charAt(BASE58.indexOf(checksum(encodeURIComponent(`${realm} ${owner}`)).charAt(5)) % 58)
}

/** Makes a name of another kind of thing, such as `key_…`. */
export function newName(env: Pick<Env, 'random'>, prefix: string): string {
  return prefix + encodeBase58(env.random(20), ID_LENGTH)
}

/** Makes a name that nobody has: a random UUID (RFC 9562 5.4). */
export function newUuid(env: Pick<Env, 'random'>): string {
  const bytes = Array.from(env.random(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
