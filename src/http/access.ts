/**
 * Who may call what, and who calls.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { type AccessKey, ALL_REALMS, coversRealm, type Scope } from '../core/access-key.ts'
import { RollcallError } from '../core/errors.ts'
import type { Actor } from '../core/session.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { Live, NotLive } from '../engine/manager.ts'
import type { CookieName } from '../protocol/cookies.ts'
import { requireLive as requireStanding } from '../protocol/verdicts.ts'

/** Who may call a route: anybody, the holder of a live session, or a key with a scope. */
export type Access = 'anyone' | 'holder' | Scope

/** A caller who has proven to be one. */
export type Caller = Holder | KeyHolder

/** The holder of a live session. */
export interface Holder {
  readonly kind: 'holder'
  readonly live: Live

  /** What they proved it with. */
  readonly token: string

  /** The name of the cookie that carried the token, if one did. */
  readonly cookie?: CookieName

  /** Whether a header carried it, alone or beside the cookie. */
  readonly byHeader: boolean
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

    /** Tells of the server as a whole: open to this very machine, and else to keys for every realm. */
    readonly openLocally?: boolean

    /** Tells of the server as a whole: for keys for every realm only. */
    readonly everyRealm?: boolean
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** What a verdict of the engine stands for, if that is a live session; throws why not otherwise. */
export function requireLive<Stands extends { readonly ok: true }>(verdict: Stands | NotLive): Stands {
  return requireStanding<Stands>(verdict)
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
