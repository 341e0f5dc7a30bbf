/**
 * What a request carries its token in.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import { type CookieName, LOOPBACK_COOKIE, SECURE_COOKIE } from '../../protocol/cookies.ts'
import { type PresentedToken, readCredentials } from '../../protocol/credentials.ts'
import { isSafeMethod, isSameSite, type SiteHeaders } from '../../protocol/cross-site.ts'
import { isLocal } from '../../protocol/local.ts'
import type { Incoming } from './exchange.ts'
import type { AdapterOptions } from './options.ts'

/** What is done with the token of a request. Leaving and renewing change something by whatever method they come. */
export type Use = 'look' | 'change'

/** How an application takes tokens. */
export interface Carrier {
  /**
   * Reads the token of a request.
   *
   * @throws RollcallError `ambiguous-credentials`; `cross-site` for one in a cookie that a page of another site sent
   */
  tokenOf(incoming: Incoming, use: Use): PresentedToken | undefined

  /** Reads the token that a browser will forget when it is given another, wherever its request comes from. */
  cookieTokenOf(incoming: Incoming): string | undefined

  /** Refuses what a browser says comes from a page of another site. @throws RollcallError `cross-site` */
  refuseElsewhere(incoming: Incoming): void

  /** The name of the cookie in which an answer hands out a token. */
  cookieFor(incoming: Incoming): CookieName
}

/** Makes one. */
export function carrier({ allowOrigins = [], cookie }: AdapterOptions): Carrier {
  const onLoopback = (incoming: Incoming): boolean =>
    cookie === undefined
      ? !incoming.secure && isLocal(incoming.peer, incoming.headers)
      : cookie === LOOPBACK_COOKIE

  const cookieFor = (incoming: Incoming): CookieName =>
    onLoopback(incoming) ? LOOPBACK_COOKIE : SECURE_COOKIE

  function refuseUnlessSameSite(incoming: Incoming): void {
    if (!isSameSite(siteOf(incoming), allowOrigins, onLoopback(incoming))) throw crossSite()
  }

  return {
    tokenOf(incoming, use) {
      const { token } = readCredentials(incoming.rawHeaders, onLoopback(incoming))
      const changes = use === 'change' || !isSafeMethod(incoming.method)
      if (token?.cookie !== undefined && !token.byHeader && changes) refuseUnlessSameSite(incoming)
      return token
    },

    cookieTokenOf(incoming) {
      const name = this.cookieFor(incoming)
      const cookies = incoming.rawHeaders.filter((_, index, all) => isCookieValue(all, index))
      const { token } = readCredentials(
        cookies.flatMap((value) => ['cookie', value]),
        name === LOOPBACK_COOKIE,
      )
      return token?.value
    },

    refuseElsewhere(incoming) {
      const { origin, 'sec-fetch-site': site } = incoming.headers
      if (isSafeMethod(incoming.method) || (origin === undefined && site === undefined)) return
      refuseUnlessSameSite(incoming)
    },

    cookieFor,
  }
}

function isCookieValue(rawHeaders: readonly string[], index: number): boolean {
  return index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'cookie'
}

function siteOf({ headers, host }: Incoming): SiteHeaders {
  return { origin: one(headers.origin), host, 'sec-fetch-site': one(headers['sec-fetch-site']) }
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header
}

function crossSite(): RollcallError {
  return new RollcallError(
    'cross-site',
    'A browser sent this from another site. Allow its origin with allowOrigins, or send the token in a header.',
  )
}
