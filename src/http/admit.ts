/**
 * Letting requests in: whose they are is decided before a body is looked at, and before anything is counted.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AccessKey, ALL_REALMS, hasScope, type Scope } from '../core/access-key.ts'
import { FAILURES, isRollcallError, RollcallError } from '../core/errors.ts'
import type { SessionManager } from '../engine/manager.ts'
import { type Credentials, readCredentials } from '../protocol/credentials.ts'
import { isSafeMethod } from '../protocol/cross-site.ts'
import type { FreshQuery } from '../protocol/queries.ts'
import { type Caller, type Holder, requireLive } from './access.ts'
import type { Attempts } from './attempts.ts'
import { clientOf, isLocal } from './client.ts'
import { refuseCrossSite } from './cross-site.ts'
import { refusalOf, WHOAMI } from './whoami.ts'

/** What is needed to let somebody in. */
export interface Gate {
  readonly sessions: SessionManager
  readonly attempts: Attempts

  /** Exact origins whose pages may use the session cookie for changes. */
  readonly allowOrigins: readonly string[]
}

/**
 * Lets a request through, with its caller noted, or throws why not.
 *
 * A right credential is let in however many wrong ones its sender tried before.
 */
export async function admit(gate: Gate, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const {
    access = 'admin',
    openLocally = false,
    everyRealm = openLocally,
    dialect,
  } = request.routeOptions.config
  if (dialect !== undefined) return
  const local = isLocal(request)
  if (access === 'anyone' ? isSafeMethod(request.method) : openLocally && local) return
  const credentials = readCredentials(request.raw.rawHeaders, local)
  if (access === 'anyone') return refuseCrossSite(request, credentials.token, gate.allowOrigins)
  if (access === 'holder') refuseCrossSite(request, credentials.token, gate.allowOrigins)
  const found =
    access === 'holder'
      ? await findHolder(gate.sessions, request, credentials)
      : await findKey(gate.sessions, credentials, access, everyRealm)
  if ('kind' in found) request.caller = found
  else throw await gate.attempts.refuse(reply, clientOf(request), found.refusal, found.wrong)
}

/** Somebody who is not let in. */
interface Refused {
  readonly refusal: RollcallError

  /** Whether a credential was sent that is none: the only thing that counts as guessing. */
  readonly wrong: boolean
}

async function findHolder(
  sessions: SessionManager,
  request: FastifyRequest,
  { token, keys }: Credentials,
): Promise<Holder | Refused> {
  if (token === undefined) {
    const wrong = keys.length > 0 && (await firstKey(sessions, keys)) === undefined
    return { refusal: new RollcallError('no-session'), wrong }
  }
  try {
    const verdict =
      refusalOf(request.raw) ?? (await sessions.verify(token.value, { fresh: asksAfresh(request) }))
    const live = requireLive(verdict)
    return {
      kind: 'holder',
      live,
      token: token.value,
      byHeader: token.cookie === undefined || token.byHeader === true,
      ...(token.cookie !== undefined && { cookie: token.cookie }),
    }
  } catch (fault) {
    if (!isRollcallError(fault) || FAILURES[fault.code].status !== 401) throw fault
    return { refusal: fault, wrong: fault.code === 'no-session' }
  }
}

/** Whether whoami is asked to ask the store. What else stands there is refused later. */
function asksAfresh({ routeOptions, query }: FastifyRequest): boolean {
  return routeOptions.url === WHOAMI && (query as FreshQuery).fresh === 'true'
}

async function findKey(
  sessions: SessionManager,
  { token, keys }: Credentials,
  scope: Scope,
  everyRealm: boolean,
): Promise<Caller | Refused> {
  const key = await firstKey(sessions, keys)
  if (key === undefined) {
    if (token !== undefined && keys.length === 0)
      throw forbidden('This route is for backends: it takes an access key, not a session token.')
    const refusal = new RollcallError('no-credentials', 'Send an access key: Authorization: Bearer <key>.')
    return { refusal, wrong: keys.length > 0 }
  }
  if (!hasScope(key, scope)) throw forbidden(`This access key lacks the scope "${scope}".`)
  if (everyRealm && key.realm !== ALL_REALMS)
    throw forbidden('This tells of every realm: it takes an access key for all of them.')
  return { kind: 'key', key }
}

/** The first of some secrets that is a live access key. */
export async function firstKey(
  sessions: SessionManager,
  secrets: readonly string[],
): Promise<AccessKey | undefined> {
  for (const secret of secrets) {
    const key = await sessions.keys.verify(secret)
    if (key !== undefined) return key
  }
  return undefined
}

function forbidden(why: string): RollcallError {
  return new RollcallError('forbidden', why)
}
