/**
 * Sharing answers with pages of other origins, by an exact list (Fetch, CORS protocol).
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Lets pages of a listed origin read the answer, credentials included; never `*`. An answer to any other origin is as
 * if it had none. Answers that leave the framework, such as whoami's, are shared too.
 *
 * @returns Whether the request only asks, ahead of another, for what is now said: a preflight.
 */
export function shareWith(
  allowed: readonly string[],
  { method, headers }: FastifyRequest,
  { raw }: FastifyReply,
): boolean {
  const { origin } = headers
  if (origin === undefined || !allowed.includes(origin)) return false
  raw.setHeader('access-control-allow-origin', origin)
  raw.setHeader('access-control-allow-credentials', 'true')
  raw.setHeader('access-control-expose-headers', READABLE)
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
  raw.setHeader('access-control-allow-methods', METHODS)
  raw.setHeader('access-control-allow-headers', SENDABLE)
  raw.setHeader('access-control-max-age', String(REMEMBERED))
  return true
}

/** What pages may read beside what they always may: of the native API, of dialects, of streams. */
const READABLE = [
  'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate',
  'RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset',
  'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
  'X-Kratos-Authenticated-Identity-Id, X-Next-Cursor, X-Sessions-Ended, X-Total-Count',
  'Accept-Patch, Accept-Post, ETag, Link, Location',
].join(', ')

/** What pages may send beside what they always may. */
const SENDABLE =
  'Authorization, Content-Type, If-Match, Last-Event-ID, Traceparent, Tracestate, X-Session-Token, X-XSRF-Token'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** How long browsers may remember what was said, in seconds. */
const REMEMBERED = 600
