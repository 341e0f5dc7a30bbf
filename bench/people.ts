/**
 * Who the sessions of a benchmark belong to, the same for Rollcall and for its peers.
 *
 * @module
 */

/** Where a session was started. */
export interface Origin {
  readonly ip: string
  readonly userAgent: string
}

/** Sessions of a user, unless told otherwise. */
export const SESSIONS_PER_USER = 5

/** Different browsers among all origins. */
export const BROWSERS = 200

/** The user of the session of that number. */
export function userOf(number: number, perUser: number = SESSIONS_PER_USER): string {
  return `user-${String(Math.floor(number / perUser)).padStart(7, '0')}`
}

/** Where the session of that number was started. */
export function originOf(number: number): Origin {
  return { ip: `203.0.${number % 250}.${(number >> 8) % 250}`, userAgent: userAgentOf(number % BROWSERS) }
}

/** One of {@link BROWSERS}. */
export function userAgentOf(browser: number): string {
  const version = `${100 + browser}.0`
  return `Mozilla/5.0 (X11; Linux x86_64; rv:${version}) Gecko/20100101 Firefox/${version}`
}
