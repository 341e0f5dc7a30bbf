/**
 * What must be told of a dialect before its promises can be checked.
 *
 * @module
 */
import type { Scope } from '../../core/access-key.ts'
import type { Session } from '../../core/session.ts'
import type { Role } from '../../core/user.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer, Dialect } from '../../http/dialects/contract.ts'

/** A dialect over an engine of its own, for one realm. The check lets go of it. */
export interface DialectBench extends AsyncDisposable {
  readonly dialect: Dialect
  readonly sessions: SessionManager
  readonly realm: string

  /** From then on, whatever is asked of the store fails. */
  loseStore(): void
}

/** Makes one over an empty store, which an engine asks every time. */
export type MakeDialectBench = () => Promise<DialectBench>

/** A dialect, as far as its promises need it. */
export interface DialectDescription {
  readonly routes: readonly DescribedRoute[]

  /** Whether a refusal is written as the dialect writes its own. */
  readonly ownRefusal: (answer: Answer) => boolean

  /** Whether an answer is one that the origin leaves to its framework, and that need not be JSON. */
  readonly frameworkMade?: (answer: Answer) => boolean
}

/** A route, who may call it, and how. */
export interface DescribedRoute {
  /** As the dialect lists it: `DELETE /sessions/:uid`. */
  readonly route: string
  readonly needs: Need

  /** A request that succeeds once it carries what the route needs. It may ask the dialect for what else that takes. */
  readonly request: (
    cast: Cast,
    send: (request: DialectRequest) => Promise<Answer>,
  ) => DialectRequest | Promise<DialectRequest>

  /** Every way to hand the credential over; none where the route needs none. */
  readonly carriers: readonly Carrier[]

  /** How a right call is answered. */
  readonly accepts: readonly number[]

  /** Whether a right call changes anything but activity; it does not unless told otherwise. */
  readonly changes?: boolean

  /** How it refuses a credential; 401 or 403 unless told otherwise. */
  readonly refuses?: readonly number[]

  /** Whether it reads its body, so that one that cannot be read is refused. */
  readonly readsBody?: boolean

  /** Where it hands back the very token that the request carried, if it does. */
  readonly handsBack?: 'body' | 'cookie'
}

/** What a caller must have. */
export type Need =
  | { readonly is: 'nothing' }

  /** The token of a login, of a user with this role or a higher one. */
  | { readonly is: 'login'; readonly role: Role }
  | { readonly is: 'key'; readonly scope: Scope }

/** Puts a credential into a request. */
export type Carrier = (request: DialectRequest, secret: string) => DialectRequest

/** A request, before it becomes an exchange. Header names are in lower case. */
export interface DialectRequest {
  readonly method: string

  /** Path and query, as they are sent. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** Who and what there is to call about. Every user id is of 24 decimal digits. */
export interface Cast {
  /** The login of who calls, and its token. Where a key is needed it is there all the same. */
  readonly caller: Session
  readonly callerToken: string

  /** Another login of the same user. */
  readonly own: Session

  /** A login of another user, a member. */
  readonly other: Session

  /** What that one watches: `default/app/stream`, under the name `viewer`. */
  readonly playback: Session
}
