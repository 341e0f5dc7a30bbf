/**
 * The session API of OvenMediaEngine Enterprise: the playbacks of a stream, listed, ended, and their statistics.
 *
 * @module
 */
import { type AccessKey, hasScope, type Scope } from '../../core/access-key.ts'
import { FAILURES, isRollcallError } from '../../core/errors.ts'
import { type Duration, toMilliseconds } from '../../core/time.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer, Call, Dialect, DialectRoute } from '../../http/dialects/contract.ts'
import { defineDialect } from '../../http/dialects/speak.ts'
import { NO_CONTROLLER, NO_SESSION, refuse, say } from './answers.ts'
import { admission } from './credentials.ts'
import { endMany, endSession, findSession } from './ending.ts'
import { listSessions } from './listing.ts'
import { formsOf, knowPlaces, resourcesOf, type StreamPath } from './places.ts'
import { type ReadStatistics, sayStatistics } from './statistics.ts'

export type { ReadStatistics, SessionStatistics } from './statistics.ts'

/** What the dialect is made of. */
export interface OmeOptions {
  readonly sessions: SessionManager

  /** `default` unless told otherwise. */
  readonly realm?: string

  /** What exists without a session: `vhost`, `vhost/app` or `vhost/app/stream`. The vhost `default` always does. */
  readonly resources?: readonly string[]

  /** How long the name of a session that was ended may not play the same stream again; not at all unless told otherwise. */
  readonly keepOut?: Duration

  /** Knows what was sent over a line; without it, and for lines that it does not know, all figures are 0. */
  readonly statistics?: ReadStatistics
}

const SESSIONS = '/vhosts/:vhost/apps/:app/streams/:stream/sessions'

/** Makes the dialect. @throws RollcallError `bad-request` for resources and spans that are none */
export function ome({
  sessions,
  realm = DEFAULT_REALM,
  resources = [],
  keepOut,
  statistics,
}: OmeOptions): Dialect {
  if (keepOut !== undefined) toMilliseconds(keepOut, 'time to keep out')
  const places = knowPlaces(sessions, realm, resources)
  const parts = { sessions, realm, places, keepOut }
  return defineDialect<AccessKey>({
    name: 'ome',
    roots: ['/v1/vhosts', '/v1/stats'],
    routes: [
      route('GET', `/v1${SESSIONS}`, 'sessions:read', ({ params, exchange }) =>
        listSessions(parts, pathOf(params), exchange.query),
      ),
      route('DELETE', `/v1${SESSIONS}/:session`, 'sessions:end', async ({ params, caller }) => {
        const path = pathOf(params)
        const ended = await endSession(parts, caller, resourcesOf(path), formsOf(params.session ?? ''))
        return ended ? say(200) : ((await places.missing(path)) ?? NO_SESSION)
      }),
      route('POST', `/v1${SESSIONS}:end`, 'sessions:end', async ({ params, caller, exchange }) => {
        const path = pathOf(params)
        return (await places.missing(path)) ?? endMany(parts, caller, resourcesOf(path), exchange.body)
      }),
      route('GET', `/v1/stats/current${SESSIONS}/:session`, 'sessions:read', async ({ params }) => {
        const found = await findSession(parts, resourcesOf(pathOf(params)), formsOf(params.session ?? ''))
        return found === undefined ? NO_SESSION : sayStatistics(found, statistics)
      }),
    ],
    admit: admission(sessions.keys, realm),
    no: {
      missing: () => NO_CONTROLLER,
      method: () => NO_CONTROLLER,
      unreadable: (_exchange, why) => UNREADABLE[why],
      failed: (_exchange, fault) => explain(fault),
    },
    finish: (answer) => ({
      ...answer,
      headers: { server: 'OvenMediaEngine', ...(answer.body !== undefined && JSON_TYPE), ...answer.headers },
    }),
  })
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' }

const UNREADABLE: Readonly<Record<'too-large' | 'too-many-headers', Answer>> = {
  'too-large': refuse(413, 'Request body is too large'),
  'too-many-headers': refuse(400, 'Request has too many headers'),
}

/** A route that asks for a scope before it looks at anything else. */
function route(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  scope: Scope,
  answer: (call: Call<AccessKey>) => Promise<Answer>,
): DialectRoute<AccessKey> {
  return {
    method,
    path,
    answer: async (call) =>
      hasScope(call.caller, scope) ? answer(call) : refuse(403, `The credential lacks the scope: [${scope}]`),
  }
}

function pathOf({ vhost = '', app = '', stream = '' }: Readonly<Record<string, string>>): StreamPath {
  return { vhost, app, stream }
}

/** What this server cannot do is 500, as it is at the origin; a fault that the engine does not name is not told. */
function explain(fault: unknown): Answer {
  if (!isRollcallError(fault)) return refuse(500, FAILURES.internal.title)
  const { status } = FAILURES[fault.code]
  return status < 500 ? refuse(status, fault.message) : refuse(500, FAILURES[fault.code].title)
}
