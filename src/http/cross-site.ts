/**
 * Requests that change something and are carried by a cookie must come from this site or an allowed one.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { RollcallError } from '../core/errors.ts'
import { isLoopback, readCredentials } from './credentials.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a cookie-carried unsafe request from another site: by `Sec-Fetch-Site` where the browser sends it (Fetch
 * Metadata), else by an exact `Origin`; one that has neither is refused.
 *
 * @throws RollcallError `cross-site`
 */
export function refuseCrossSite(request: FastifyRequest, allowed: readonly string[]): void {
  if (SAFE.has(request.method)) return
  const { token } = readCredentials(request.raw.rawHeaders, isLoopback(request.socket.remoteAddress))
  if (token?.cookie === undefined || isSameSite(request, allowed)) return
  throw new RollcallError(
    'cross-site',
    'A browser sent this from another site. Allow the site with --allow-origin, or send the token in a header.',
  )
}

function isSameSite({ headers }: FastifyRequest, allowed: readonly string[]): boolean {
  const origin = headers.origin
  if (origin !== undefined && allowed.includes(origin)) return true
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return true
  if (site === 'cross-site' || site === 'same-site') return false
  return origin !== undefined && [`https://${headers.host}`, `http://${headers.host}`].includes(origin)
}
