/**
 * Cookies, as a dialect meets them (RFC 6265).
 *
 * @module
 */
import type { Exchange } from '../../http/dialects/contract.ts'

/** The value of a request's cookie; the first, where it was sent twice. Undefined without one, and for an empty one. */
export function cookieOf({ headers }: Exchange, name: string): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue
    return pair.slice(equals + 1).trim() || undefined
  }
  return undefined
}

/**
 * Writes the `Set-Cookie` that makes a browser forget a cookie of this host and every path.
 *
 * @param secure Whether the request came over a line on which browsers take secure cookies.
 */
export function forgetCookie(name: string, secure: boolean): string {
  const protectedLine = secure || /^__(?:Host|Secure)-/i.test(name) ? '; Secure' : ''
  const past = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0'
  return `${name}=; Path=/; ${past}; HttpOnly; SameSite=Lax${protectedLine}`
}
