/**
 * Who may call what: decided before a body is looked at.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { type AccessKey, ALL_REALMS, coversRealm, hasScope, type Scope } from '../core/access-key.ts'
import { RollcallError } from '../core/errors.ts'
import type { Actor } from '../core/session.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { Live, SessionManager, Verdict } from '../engine/manager.ts'
import { toTime } from '../protocol/shapes.ts'
import { isLoopback, readCredentials } from './credentials.ts'

/** Who may call a route: anybody, the holder of a live session, or a key with a scope. */
export type Access = 'anyone' | 'holder' | Scope

/** A caller who has proven to be one. */
export type Caller = Holder | KeyHolder

/** The holder of a live session. */
export interface Holder {
  readonly kind: 'holder'
  readonly live: Live

  /** The name of the cookie that carried the token, if one did. */
  readonly cookie?: string
}

/** The holder of an access key. */
export interface KeyHolder {
  readonly kind: 'key'
  readonly key: AccessKey
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route. A route that does not say is for nobody. */
    readonly access?: Access
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** Lets a request through, with its caller noted, or throws why not. */
export async function admit(
  sessions: SessionManager,
  request: FastifyRequest,
  access: Access,
): Promise<void> {
  if (access === 'anyone') return
  const { token, keys } = readCredentials(request.raw.rawHeaders, isLoopback(request.socket.remoteAddress))
  if (access === 'holder') {
    if (token === undefined) throw new RollcallError('no-session', undefined)
    request.caller = {
      kind: 'holder',
      live: requireLive(await sessions.verify(token.value)),
      ...(token.cookie !== undefined && { cookie: token.cookie }),
    }
    return
  }
  request.caller = { kind: 'key', key: await requireKey(sessions, keys, access, token !== undefined) }
}

/** The verdict, if it is live. @throws RollcallError `session-ended` with the reason, or `no-session` */
export function requireLive(verdict: Verdict): Live {
  if (verdict.ok) return verdict
  if (verdict.reason !== 'ended') throw new RollcallError('no-session')
  const { reason, at } = verdict.ending
  throw new RollcallError('session-ended', undefined, { reason, endedAt: toTime(at) })
}

/** The holder who calls. */
export function holderOf({ caller }: FastifyRequest): Holder {
  if (caller?.kind === 'holder') return caller
  throw new RollcallError('internal', 'a route for holders was called without one')
}

/** The key that calls. */
export function keyOf({ caller }: FastifyRequest): AccessKey {
  if (caller?.kind === 'key') return caller.key
  throw new RollcallError('internal', 'a route for keys was called without one')
}

/** A key, as the one who did something. */
export function asActor({ id }: AccessKey): Actor {
  return { kind: 'key', id }
}

/** The realm that a key means: the one named, else its own. @throws RollcallError `forbidden` for another's */
export function realmFor(key: AccessKey, named: string | undefined): string {
  const realm = named ?? (key.realm === ALL_REALMS ? DEFAULT_REALM : key.realm)
  if (coversRealm(key, realm)) return realm
  throw new RollcallError('forbidden', `This access key is for the realm "${key.realm}" only.`)
}

async function requireKey(
  sessions: SessionManager,
  secrets: readonly string[],
  scope: Scope,
  hasToken: boolean,
): Promise<AccessKey> {
  for (const secret of secrets) {
    const key = await sessions.keys.verify(secret)
    if (key === undefined) continue
    if (hasScope(key, scope)) return key
    throw new RollcallError('forbidden', `This access key lacks the scope "${scope}".`)
  }
  if (hasToken)
    throw new RollcallError(
      'forbidden',
      'This route is for backends: it takes an access key, not a session token.',
    )
  throw new RollcallError('no-credentials', 'Send an access key: Authorization: Bearer <key>.')
}
