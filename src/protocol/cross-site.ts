/**
 * Telling whether a browser sent a request from a page of this site.
 *
 * @module
 */

/** The headers that tell, as they came. */
export interface SiteHeaders {
  readonly origin?: string | undefined
  readonly host?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Tells whether a method changes nothing (RFC 9110 9.2.1), so that it may come from anywhere. */
export function isSafeMethod(method: string): boolean {
  return SAFE.has(method)
}

/**
 * Tells whether a request comes from this site or an allowed origin: by `Sec-Fetch-Site` where the browser sends it
 * (Fetch Metadata), else by an exact `Origin`. One that has neither does not.
 *
 * @param local Whether the request never left this machine. Only there is a page without TLS of this site: anywhere
 * else, whoever is on the line could have written it.
 */
export function isSameSite(headers: SiteHeaders, allowed: readonly string[], local = false): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (origin !== undefined && allowed.includes(origin)) return true
  if (site === 'same-origin' || site === 'none') return true
  if (site === 'cross-site' || site === 'same-site') return false
  return origin === `https://${host}` || (local && origin === `http://${host}`)
}
