/**
 * The pair of cookies that keeps other sites from changing anything: a salt, and its HMAC-SHA-256 in hex.
 *
 * A page of this site can read the second and echoes it in a header. One of another site cannot.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { Exchange } from '../../http/dialects/contract.ts'
import { cookieOf } from '../shared/cookies.ts'

/** What a request shows of the pair. */
export type Echo = 'none' | 'wrong' | 'right'

/** Makes pairs, and knows its own. */
export interface Pairs {
  /** A new pair, as values of `Set-Cookie` that hold for a day. */
  make(): Promise<readonly string[]>

  /** What the header of a request says of the cookie beside it. Takes the same time for every wrong one. */
  judge(exchange: Exchange): Promise<Echo>
}

/** Makes pairs under a key. @throws RollcallError `bad-request` for a key of fewer than 16 characters */
export function pairsUnder(secret: string): Pairs {
  if (secret.length < 16)
    throw new RollcallError('bad-request', 'The key of the CSRF pair has 16 characters or more.')
  const key = crypto.subtle.importKey('raw', utf8.encode(secret), HMAC, false, ['sign', 'verify'])

  return {
    async make() {
      const salt = draw(4)
      const token = hex(new Uint8Array(await crypto.subtle.sign('HMAC', await key, utf8.encode(salt))))
      return [
        `XSRF-SALT=${salt}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Strict`,
        `XSRF-TOKEN=${token}; Max-Age=86400; Path=/; Secure; SameSite=Strict`,
      ]
    },

    async judge(exchange) {
      const echo = exchange.headers['x-xsrf-token']
      if (echo === undefined) return 'none'
      const salt = cookieOf(exchange, 'XSRF-SALT')
      if (salt === undefined || !/^[\da-f]{64}$/.test(echo)) return 'wrong'
      const right = await crypto.subtle.verify('HMAC', await key, unhex(echo), utf8.encode(salt))
      return right ? 'right' : 'wrong'
    },
  }
}

/** Draws a key that nobody else has. */
export function drawKey(): string {
  return draw(32)
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' }

const utf8 = new TextEncoder()

/** Random bytes, in hex. */
function draw(bytes: number): string {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
