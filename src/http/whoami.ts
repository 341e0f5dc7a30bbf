/**
 * `GET /v1/whoami`: the answer, and the fast lane to it.
 *
 * A session at hand is answered ahead of the framework, from bytes made when it was first asked for. Whatever is
 * out of the ordinary takes the framework's way, which ends in the very same {@link sendWhoami}.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TOKEN_LENGTH } from '../core/token.ts'
import type { Live, NotLive, SessionManager } from '../engine/manager.ts'
import { toWireSession, toWireUser } from '../protocol/shapes.ts'
import type { HttpTally } from './watching.ts'

/** The path of the fast lane. */
export const WHOAMI = '/v1/whoami'

/** The same, asking the store whatever this node may vouch for. */
const WHOAMI_AFRESH = `${WHOAMI}?fresh=true`

/** Headers of everything that names a session. */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  vary: 'Authorization, Cookie, Origin, X-Session-Token',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** The header of an answer that is of what was at hand when the lease ended, because the store is away. */
export const STALE_HEADER = 'rollcall-stale'

/** Answers with a live session. The verdict keeps the body: text in which each character is one byte. */
export function sendWhoami(response: ServerResponse, live: Live): void {
  const body = typeof live.presentation === 'string' ? live.presentation : present(live)
  const headers = headersFor(body.length)
  response.writeHead(200, live.stale ? [...headers, STALE_HEADER, 'true'] : headers)
  response.end(body, 'latin1')
}

/** Handles a request as Node hands it over. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers a plain whoami of a live session itself, and leaves every other request to the framework: also one with a
 * `traceparent`, where requests are traced.
 */
export function fastLane(
  sessions: SessionManager,
  framework: Handler,
  tally: HttpTally,
  traced = false,
): Handler {
  return (request, response) => {
    const fresh = request.url === WHOAMI_AFRESH
    const plain = (request.url === WHOAMI || fresh) && request.method === 'GET'
    const token = plain ? plainToken(request.rawHeaders) : undefined
    if (token === undefined || (traced && request.headers.traceparent !== undefined))
      return framework(request, response)
    const live = fresh ? undefined : sessions.verifyCached(token)
    if (live !== undefined) {
      tally.aheadOfFramework += 1
      return sendWhoami(response, live)
    }
    sessions.verify(token, { fresh }).then(
      (verdict) => {
        if (!verdict.ok) {
          refusals.set(request, verdict)
          return framework(request, response)
        }
        tally.aheadOfFramework += 1
        sendWhoami(response, verdict)
      },
      () => framework(request, response),
    )
  }
}

/** What the fast lane found out of a request before it left it to the framework, so that nobody asks again. */
export function refusalOf(request: IncomingMessage): NotLive | undefined {
  return refusals.get(request)
}

const refusals = new WeakMap<IncomingMessage, NotLive>()

/** The token of a request that carries one bearer token and no other credential, no body and few headers. */
function plainToken(rawHeaders: readonly string[]): string | undefined {
  let token: string | undefined
  if (rawHeaders.length > MOST_HEADERS * 2) return undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (!UNUSUAL_LENGTHS[name.length]) continue
    const lower = name.toLowerCase()
    if (lower === 'authorization') {
      const value = rawHeaders[index + 1] as string
      if (token !== undefined || value.length !== BEARER.length + TOKEN_LENGTH || !value.startsWith(BEARER))
        return undefined
      token = value.slice(BEARER.length)
    } else if (UNUSUAL.includes(lower)) {
      return undefined
    }
  }
  return token
}

/** The most headers that a request may have. */
export const MOST_HEADERS = 64

const BEARER = 'Bearer '
const UNUSUAL = [
  'cookie',
  'x-session-token',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'origin',
]
const UNUSUAL_LENGTHS: readonly boolean[] = Array.from({ length: 18 }, (_, length) =>
  ['authorization', ...UNUSUAL].some((name) => name.length === length),
)

function present(live: Live): string {
  const { session, user } = live
  const json = JSON.stringify({ session: toWireSession(session), ...(user && { user: toWireUser(user) }) })
  const body = Buffer.from(json).toString('latin1')
  live.presentation = body
  return body
}

/** Header names and values by length of the body: few and shared, so that they stay in the processor's cache. */
const headersByLength = new Map<number, string[]>()

/** Lengths that are remembered at the most. */
const MOST_LENGTHS = 4_096

function headersFor(length: number): string[] {
  const known = headersByLength.get(length)
  if (known !== undefined) return known
  const fields = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(length),
    ...PRIVATE_HEADERS,
  }
  const headers = Object.entries(fields).flat()
  if (headersByLength.size < MOST_LENGTHS) headersByLength.set(length, headers)
  return headers
}
