/**
 * Tokens: `rct_`, the session's id, 256 random bits, a checksum.
 *
 * The id finds the session and is public. The whole token proves it, is shown once, and is kept only as its
 * SHA-256. The checksum lets a mistyped or invented token be refused without asking the store.
 *
 * @module
 */
import { encodeBase58 } from './base58.ts'
import { CHECKSUM_LENGTH, checksum } from './checksum.ts'
import type { Env } from './env.ts'
import { ID_LENGTH, SESSION_PREFIX } from './id.ts'

declare const brand: unique symbol

/** The SHA-256 of a token or key, as base64url. The only form of it that a store may hold. */
export type SecretHash = string & { readonly [brand]: 'SecretHash' }

/** What every session token begins with. */
export const TOKEN_PREFIX = 'rct_'

/** What every access key made by Rollcall begins with. */
export const KEY_PREFIX = 'rck_'

const SECRET_LENGTH = 44
const SALT_LENGTH = 22
const BODY_START = TOKEN_PREFIX.length
const SECRET_START = BODY_START + ID_LENGTH
const CHECKSUM_START = SECRET_START + SECRET_LENGTH

/** Characters of a token. */
export const TOKEN_LENGTH: number = CHECKSUM_START + CHECKSUM_LENGTH

const TOKEN = /^rct_[1-9A-HJ-NP-Za-km-z]{72}$/

/** Makes the token of a session. */
export function newToken(env: Pick<Env, 'random'>, sessionId: string): string {
  return seal(
    TOKEN_PREFIX + sessionId.slice(SESSION_PREFIX.length) + encodeBase58(env.random(32), SECRET_LENGTH),
  )
}

/** Makes what a token's successor is mixed from: 128 random bits. Worthless without the token it succeeds. */
export function newSalt(env: Pick<Env, 'random'>): string {
  return encodeBase58(env.random(16), SALT_LENGTH)
}

/**
 * The successor of a token: whoever has the token and the salt comes to the same one, and nobody else does.
 *
 * HMAC-SHA-256 (RFC 2104) of the salt under the token.
 */
export function successorOf(env: Pick<Env, 'hmac'>, token: string, salt: string): string {
  return seal(token.slice(0, SECRET_START) + encodeBase58(env.hmac(token, salt), SECRET_LENGTH))
}

/** Makes an access key. */
export function newKeySecret(env: Pick<Env, 'random'>): string {
  return seal(KEY_PREFIX + encodeBase58(env.random(32), SECRET_LENGTH))
}

/** Hashes a token or key as stores keep it. */
export function hashSecret(env: Pick<Env, 'hash'>, secret: string): SecretHash {
  return env.hash(secret) as SecretHash
}

/** Reads the session's id out of a token without judging it; wrong for anything that is not a token. */
export function peekSessionId(token: string): string {
  return SESSION_PREFIX + token.slice(BODY_START, SECRET_START)
}

/** Reads the session's id out of a token, or answers undefined where form or checksum is wrong. */
export function readSessionId(token: string): string | undefined {
  if (token.length !== TOKEN_LENGTH || !TOKEN.test(token)) return undefined
  if (!sameText(checksum(token, CHECKSUM_START), token.slice(CHECKSUM_START))) return undefined
  return peekSessionId(token)
}

/** Compares two texts in a time that depends on their lengths alone. */
export function sameText(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let index = 0; index < one.length; index++)
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}

function seal(body: string): string {
  return body + checksum(body)
}
