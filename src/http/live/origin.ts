/**
 * Pages that may open lines.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { RollcallError } from '../../core/errors.ts'
import { isSameSite } from '../../protocol/cross-site.ts'
import type { Holder } from '../access.ts'
import { isLocal } from '../client.ts'

/**
 * Refuses what a page of another site asks for, unless its origin is allowed: browsers open WebSockets to anywhere, with
 * cookies and without asking first (RFC 6455 10.2). An `Origin` counts whatever the credential. Where there is none, what
 * asks is no page or says itself that it is of this site; else a cookie alone is not enough.
 *
 * @throws RollcallError `cross-site`
 */
export function refuseOtherPages(
  request: FastifyRequest,
  { cookie, byHeader }: Pick<Holder, 'cookie' | 'byHeader'>,
  allowed: readonly string[],
): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const byCookieAlone = cookie !== undefined && !byHeader
  if (origin === undefined && !byCookieAlone) return
  const { host } = request
  if (isSameSite({ origin, host, 'sec-fetch-site': site }, allowed, isLocal(request) || !byCookieAlone))
    return
  throw new RollcallError(
    'cross-site',
    'A page of another site asks for a line. Allow its origin with --allow-origin.',
  )
}
