/**
 * Cumulonimbus, version 3.6.1 of its API: the sessions of a user, for their holder and for staff.
 *
 * @module
 */
import { isRollcallError } from '../../core/errors.ts'
import { blockOf } from '../../core/network.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Dialect, Exchange, WaysToSayNo } from '../../http/dialects/contract.ts'
import { defineDialect } from '../../http/dialects/speak.ts'
import { ok, refuse } from './answers.ts'
import { type Holder, identify } from './caller.ts'
import { countRequests, type RequestLimit, type Standing, USUAL_LIMIT } from './request-limit.ts'
import { routesOf } from './routes.ts'

export type { RequestLimit } from './request-limit.ts'

/** What the dialect is made with. */
export interface CumulonimbusOptions {
  readonly sessions: SessionManager

  /** `default` unless told otherwise. */
  readonly realm?: string

  /** Requests that each user, or without one each client address, may make: 200 in five minutes unless told otherwise. */
  readonly limit?: RequestLimit

  /** The wall clock, in milliseconds since the Unix epoch; this machine's unless told otherwise. */
  readonly now?: () => number
}

/** Makes the dialect. */
export function cumulonimbus({
  sessions,
  realm = DEFAULT_REALM,
  limit = USUAL_LIMIT,
  now = Date.now,
}: CumulonimbusOptions): Dialect {
  const count = countRequests(limit, now)
  const standings = new WeakMap<Exchange, Standing>()

  function standingOf(exchange: Exchange, userId?: string): Standing {
    const standing =
      standings.get(exchange) ?? count(userId === undefined ? clientOf(exchange) : `user ${userId}`)
    standings.set(exchange, standing)
    return standing
  }

  const dialect = defineDialect<Holder | undefined>({
    name: 'cumulonimbus',
    roots: ['/api'],
    routes: [
      { method: 'ANY', path: '/api', answer: async () => ok({ hello: 'world', version: '3.6.1' }) },
      ...routesOf(sessions, realm),
    ],
    async admit(exchange) {
      const who = await identify(sessions, realm, exchange)
      if (who.is === 'banned') {
        standingOf(exchange, who.userId)
        return { ok: false, answer: refuse('banned') }
      }
      const holder = who.is === 'holder' ? who.holder : undefined
      const { over, wait } = standingOf(exchange, holder?.userId)
      if (!over) return { ok: true, caller: holder }
      return { ok: false, answer: { ...refuse('rateLimited'), headers: { 'retry-after': String(wait) } } }
    },
    no: NO,
    finish: (answer, exchange) => ({
      ...answer,
      headers: { ...answer.headers, ...standingOf(exchange).headers },
    }),
  })
  return { ...dialect, speak: (exchange, report) => dialect.speak(withoutLastSlash(exchange), report) }
}

const NO: WaysToSayNo = {
  missing: () => refuse('invalidEndpoint'),
  method: () => refuse('invalidEndpoint'),
  unreadable: (_exchange, why) => refuse(why === 'too-large' ? 'bodyTooLarge' : 'tooManyHeaders'),
  failed: (_exchange, fault) => refuse(isRollcallError(fault, 'bad-cursor') ? 'invalidCursor' : 'internal'),
}

/** The origin's paths may end in a slash. */
function withoutLastSlash(exchange: Exchange): Exchange {
  return { ...exchange, path: exchange.path.replace(/\/$/, '') }
}

function clientOf({ address }: Exchange): string {
  return `client ${blockOf(address) ?? address}`
}
