/**
 * Where crossid finds tokens.
 *
 * @module
 */
import type { Exchange } from '../../http/dialects/contract.ts'
import { isSameSite } from '../../protocol/cross-site.ts'
import { isLocal } from '../../protocol/local.ts'
import { cookieOf } from '../shared/cookies.ts'

/** A token, and whether a browser sent it by itself. */
export interface Presented {
  readonly token: string
  readonly byCookie: boolean
}

/** Whom a request comes from: `Authorization: Bearer`, then `X-Session-Token`, then the cookie. The first counts. */
export function callerOf(exchange: Exchange, cookie: string): Presented | undefined {
  return bearerOf(exchange) ?? sessionTokenOf(exchange) ?? cookieTokenOf(exchange, cookie)
}

/**
 * What a request without a body asks to revoke: `X-Session-Token`, which names it as a body would, else what the
 * caller has.
 */
export function meantBy(exchange: Exchange, cookie: string): Presented | undefined {
  return sessionTokenOf(exchange) ?? bearerOf(exchange) ?? cookieTokenOf(exchange, cookie)
}

/**
 * Tells whether a browser says that another site sent this. What is no browser says nothing.
 *
 * @param allowed Origins that may.
 */
export function isCrossSite({ headers, address }: Exchange, allowed: readonly string[]): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (origin === undefined && site === undefined) return false
  return !isSameSite({ origin, host, 'sec-fetch-site': site }, allowed, isLocal(address, headers))
}

function bearerOf({ headers }: Exchange): Presented | undefined {
  const [, token] = /^bearer ([^ ]+)$/i.exec(headers.authorization ?? '') ?? []
  return token === undefined ? undefined : { token, byCookie: false }
}

function sessionTokenOf({ headers }: Exchange): Presented | undefined {
  const token = headers['x-session-token']?.trim()
  return token ? { token, byCookie: false } : undefined
}

function cookieTokenOf(exchange: Exchange, cookie: string): Presented | undefined {
  const token = cookieOf(exchange, cookie)
  return token === undefined ? undefined : { token, byCookie: true }
}
