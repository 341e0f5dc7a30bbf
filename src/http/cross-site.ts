/**
 * Requests that change something and are carried by a cookie must come from this site or an allowed one.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { RollcallError } from '../core/errors.ts'
import type { PresentedToken } from '../protocol/credentials.ts'
import { isSafeMethod, isSameSite } from '../protocol/cross-site.ts'
import { isLocal } from './client.ts'

/**
 * Refuses a cookie-carried unsafe request unless its headers say that it comes from this site or an allowed one.
 *
 * @throws RollcallError `cross-site`
 */
export function refuseCrossSite(
  request: FastifyRequest,
  token: PresentedToken | undefined,
  allowed: readonly string[],
): void {
  if (token?.cookie === undefined || token.byHeader || isSafeMethod(request.method)) return
  const { origin, 'sec-fetch-site': site } = request.headers
  if (isSameSite({ origin, host: request.host, 'sec-fetch-site': site }, allowed, isLocal(request))) return
  throw new RollcallError(
    'cross-site',
    'A browser sent this from another site. Allow the site with --allow-origin, or send the token in a header.',
  )
}
