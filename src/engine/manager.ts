/**
 * The engine's door: everything a session can be asked to do.
 *
 * @module
 */
import type { AccessKey, Scope } from '../core/access-key.ts'
import type { EventType, RollcallEvent, Unsubscribe } from '../core/events.ts'
import type { Count, Page } from '../core/page.ts'
import type { SessionFilter, SessionQuery, SessionSelector } from '../core/selector.ts'
import type {
  Actor,
  Authentication,
  Device,
  Ending,
  EndReason,
  Session,
  SessionData,
  SessionKind,
} from '../core/session.ts'
import type { AtLimit, DenyKey, JournalPage } from '../core/store.ts'
import type { Duration } from '../core/time.ts'
import type { Role, User, UserPatch } from '../core/user.ts'

/**
 * Issues, verifies, lists and ends sessions.
 *
 * Expected outcomes are returned; only faults and refusals are thrown, as {@link RollcallError}. A token that does
 * not verify is an ordinary day and comes back as a {@link Verdict}; a store that cannot be reached is thrown,
 * and never turns into a live verdict.
 *
 * @example
 * ```ts
 * const sessions = createSessions({ store: memoryStore() })
 *
 * const { token } = await sessions.issue({ user: { id: 'ada' } })
 * const verdict = await sessions.verify(token)
 * if (verdict.ok) console.log(verdict.session.userId) // 'ada'
 *
 * await sessions.end({ userId: 'ada' })
 * ```
 */
export interface SessionManager extends AsyncDisposable {
  /** Begins a session. The token is returned here and can never be read again. Throws what refused it. */
  issue(request: IssueRequest): Promise<Issued>

  /** Decides whether a token stands for a live session, and counts that as activity of the session. */
  verify(token: string, options?: VerifyOptions): Promise<Verdict>

  /** Decides at once, from what this node may still vouch for; undefined means: ask {@link verify}. */
  verifyCached(token: string): Live | undefined

  /** Reads one session by its id, over or not. */
  get(id: string): Promise<Session | undefined>

  /** Lists sessions, newest first. */
  list(query?: SessionQuery): Promise<Page<Session>>

  /** Counts sessions, exactly up to a bound. */
  count(filter?: SessionFilter): Promise<Count>

  /** Changes what is kept beside a session. Throws `not-found` where there is no such live session. */
  update(id: string, patch: SessionPatch): Promise<Session>

  /** Ends every session that the selector points at, and all that live under them. Returns once it is durable. */
  end(selector: SessionSelector, request?: EndRequest): Promise<Ended>

  /** Hears of what happened, on any node, in order. A listener that throws stops nothing. */
  on<Type extends EventType>(type: Type, listener: (event: RollcallEvent<Type>) => void): Unsubscribe

  /** Reads the journal after a position, oldest first. Throws `bad-cursor` for a position no longer kept. */
  events(after: string | undefined, limit?: number): Promise<JournalPage>

  /** The users of a realm. */
  readonly users: Users

  /** The access keys. */
  readonly keys: AccessKeys

  /** Throws `store-unavailable` unless the store answers. */
  check(): Promise<void>

  /** Writes what is still unwritten, stops every timer and closes the store. */
  close(): Promise<void>
}

/** Users, as far as sessions are concerned. */
export interface Users {
  get(id: string, realm?: string): Promise<User | undefined>
  list(query?: {
    readonly realm?: string
    readonly limit?: number
    readonly cursor?: string
  }): Promise<Page<User>>

  /** Changes name, role or ban. A ban ends everything of theirs in the same write. Throws `not-found`. */
  update(
    id: string,
    patch: UserPatch,
    options?: { readonly realm?: string; readonly by?: Actor },
  ): Promise<Ended & { readonly user: User }>
}

/** Keys for backends and operators. */
export interface AccessKeys {
  /** Makes a key; `secret` is its only copy. */
  create(request: KeyRequest): Promise<{ readonly key: AccessKey; readonly secret: string }>

  /** Makes true that this very secret is the live key of that name. */
  ensure(request: KeyRequest & { readonly secret: string }): Promise<AccessKey>

  /** Finds the live key that a secret proves. */
  verify(secret: string): Promise<AccessKey | undefined>
  list(): Promise<readonly AccessKey[]>

  /** Withdraws a key at once. Throws `not-found`. */
  withdraw(id: string, by?: Actor): Promise<AccessKey>
}

/** What it takes to make a key. */
export interface KeyRequest {
  readonly name: string
  readonly scopes: readonly Scope[]

  /** One realm, or `*`, which is the default. */
  readonly realm?: string
  readonly by?: Actor
}

/** What it takes to begin a session. */
export interface IssueRequest {
  /** Whose it is. Given fields update the user, absent ones stay. Only a playback may be without. */
  readonly user?: { readonly id: string; readonly displayName?: string; readonly role?: Role }

  /** `default` unless told otherwise. */
  readonly realm?: string

  /** `login` unless told otherwise. */
  readonly kind?: SessionKind

  /** The login it lives under. It inherits realm and user, and expires no later. */
  readonly parentId?: string

  /** Path of what a connection or playback is attached to. */
  readonly resource?: string

  /** A name that only one live session of that kind and resource may hold. */
  readonly name?: string

  /** Absolute lifetime; never more than the server's. */
  readonly lifetime?: Duration

  /** Longest silence. */
  readonly idle?: Duration
  readonly device?: Device
  readonly authentication?: Authentication
  readonly data?: SessionData

  /** Id of a session of the same user that gives way. */
  readonly replaces?: string
  readonly by?: Actor
}

/** A new session, and the only copy of the token that proves it. */
export interface Issued {
  readonly session: Session
  readonly token: string

  /** Ids of sessions that gave way to it. */
  readonly gaveWay: readonly string[]
}

/** How to verify. */
export interface VerifyOptions {
  /** Asks the store, whatever this node may still vouch for. */
  readonly fresh?: boolean

  /** False looks without counting as activity. */
  readonly active?: boolean
}

/** What a token stands for. */
export type Verdict = Live | NotLive

/** A live session. While this node may vouch for it, each verification returns this very object. */
export interface Live {
  readonly ok: true
  readonly session: Session
  readonly user?: User

  /** A place where whoever presents this verdict may keep what it made of it; dropped with it. */
  presentation?: unknown
}

/** No live session: never was one, or one that is over, of which the holder of its token may know why. */
export type NotLive =
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' }
  | { readonly ok: false; readonly reason: 'ended'; readonly session: Session; readonly ending: Ending }

/** Changes to what is kept beside a session. `null` takes a field away. */
export interface SessionPatch {
  readonly label?: string | null
  readonly data?: SessionData | null
}

/** How to end. */
export interface EndRequest {
  /** `revoked` unless told otherwise. */
  readonly reason?: EndReason
  readonly by?: Actor

  /** Keeps something of what was ended out for a time. */
  readonly deny?: { readonly keys: readonly DenyKey[]; readonly span: Duration }

  /** Counts what would end, and ends nothing. */
  readonly dryRun?: boolean
}

/** What an end did. */
export interface Ended {
  /** Sessions that were pointed at; with a dry run, 0. */
  readonly ended: number

  /** Sessions that lived under them. */
  readonly descendants: number

  /** Sessions that were, or would be, pointed at. */
  readonly matched: number

  /** Proof of when: journal position, and the nodes known to have passed it. */
  readonly receipt: Receipt
}

/** Where in the journal an end stands. */
export interface Receipt {
  readonly position: string
  readonly nodes: readonly string[]
}

/** What an engine is made of. */
export interface SessionPolicy {
  /** Absolute lifetime of a session that asks for none, and the most one may ask for. 30 days. */
  readonly lifetime?: Duration

  /** Longest silence of a session that asks for none. 7 days. */
  readonly idle?: Duration

  /** The most live logins per user; unlimited unless told otherwise. */
  readonly sessionsPerUser?: number

  /** What happens at that number. `evict-oldest` unless told otherwise. */
  readonly atLimit?: AtLimit

  /** How long a node may vouch for a session without having asked the store, in milliseconds or a span. 1 s; 0 asks each time. */
  readonly maxStaleness?: Duration

  /** The most sessions to keep at hand. 250,000. */
  readonly cached?: number

  /** How long and how much of the journal is kept. 7 days, a million entries. */
  readonly journal?: { readonly age?: Duration; readonly entries?: number }
}
