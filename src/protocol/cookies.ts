/**
 * The cookie that carries a token (RFC 6265, RFC 6265bis 4.1.3.2 for its prefix).
 *
 * @module
 */

/** Its name. Browsers take a cookie of such a name from its own host alone, over TLS and for every path. */
export const SECURE_COOKIE = '__Host-rollcall'

/** Its name between processes of one machine, where there is no TLS. */
export const LOOPBACK_COOKIE = 'rollcall'

/** Either of the two. */
export type CookieName = typeof SECURE_COOKIE | typeof LOOPBACK_COOKIE

/**
 * What tells a browser to forget what it keeps of this origin (W3C Clear Site Data).
 *
 * Not `"cookies"`, which reaches every host of the registrable domain and would sign people out of all of them; the
 * session's own cookie is taken back by name.
 */
export const CLEAR_SITE_DATA = '"cache", "storage"'

/** Writes the `Set-Cookie` that hands a token to a browser, for that many seconds. */
export function writeCookie(name: CookieName, token: string, seconds: number): string {
  const secure = name === SECURE_COOKIE ? '; Secure' : ''
  return `${name}=${token}; Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; HttpOnly; SameSite=Lax${secure}`
}

/** Writes the `Set-Cookie` that takes the token back. */
export function expireCookie(name: CookieName): string {
  return writeCookie(name, '', 0)
}
