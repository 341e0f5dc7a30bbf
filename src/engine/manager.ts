/**
 * The engine's door: everything a session can be asked to do.
 *
 * @module
 */
import type { EventType, RollcallEvent, Unsubscribe } from '../core/events.ts'
import type { Count, Page } from '../core/page.ts'
import type { SessionFilter, SessionQuery, SessionSelector } from '../core/selector.ts'
import type {
  Actor,
  Authentication,
  Device,
  Ending,
  Session,
  SessionData,
  SessionKind,
} from '../core/session.ts'
import type { AtLimit, JournalPage } from '../core/store.ts'
import type { Duration, Instant } from '../core/time.ts'
import type { Role, User } from '../core/user.ts'
import type { AccessKeys, Denials, Nodes, Users } from './administration.ts'
import type { Ended, EndRequest } from './ended.ts'
import type { ReadPresence } from './presence.ts'
import type { EngineStats } from './stats.ts'

export type { Ended, EndRequest, LinesReceipt, NodeReceipt, Receipt, WaitRequest } from './ended.ts'

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

  /**
   * Begins a session that stands for a line which this node holds open. It has no token; it ends with its parent, and as
   * `node-lost` with this node. Whoever opens it hears of its end from {@link SessionManager.on}. Throws what refused it.
   */
  open(request: OpenRequest): Promise<Opened>

  /** Counts as activity of a session, by its id. */
  active(id: string): void

  /** Decides whether a token stands for a live session, and counts that as activity of the session. */
  verify(token: string, options?: VerifyOptions): Promise<Verdict>

  /** Decides at once, from what this node may still vouch for; undefined means: ask {@link verify}. */
  verifyCached(token: string): Live | undefined

  /** Reads one session by its id, over or not. */
  get(id: string): Promise<Session | undefined>

  /** Lists sessions, newest first. Asked for activity, it knows all of this node, and of others all but the last 30 s. */
  list(query?: SessionQuery): Promise<Page<Session>>

  /** Counts sessions, exactly up to a bound. */
  count(filter?: SessionFilter): Promise<Count>

  /** Changes what is kept beside a session. Throws `not-found` where there is no such live session. */
  update(id: string, patch: SessionPatch): Promise<Updated>

  /**
   * Exchanges a token for its successor. Everyone who presents the same token within its grace gets the same
   * successor; after that, presenting it ends the session as `reused`. The absolute expiry stays where it was.
   */
  refresh(token: string): Promise<Refreshed>

  /**
   * Ends every session that the selector points at, and all that live under them. Returns once it is durable; with
   * `wait: 'all'`, once every node refuses them too, or says in its receipt which did not answer in time. Throws
   * `bad-request`, and ends nothing, for a field that is unknown or undefined and for a filter that means everyone.
   */
  end(selector: SessionSelector, request?: EndRequest): Promise<Ended>

  /** Hears of what happened, on any node, in order. A listener that throws stops nothing. */
  on<Type extends EventType>(type: Type, listener: (event: RollcallEvent<Type>) => void): Unsubscribe

  /** Hears of everything that happened. */
  onAny(listener: (event: RollcallEvent) => void): Unsubscribe

  /** Calls back when this node may have missed what happened. Whoever acts on events looks again. */
  onGap(listener: () => void): Unsubscribe

  /** Calls back when this node was not heard of for so long that others end the lines it holds. */
  onLapse(listener: () => void): Unsubscribe

  /** Lets receipts wait for work that what is being heard right now makes, before this node counts as having passed it. */
  delayReceipts(work: Promise<unknown>): void

  /** Tells who is online: who holds a line, or was active within the last minute. A hundred users at a time. */
  readonly presence: ReadPresence

  /** Reads the journal after a position, oldest first. Throws `position-forgotten` for one no longer kept. */
  events(after: string | undefined, limit?: number): Promise<JournalPage>

  /** The users of a realm. */
  readonly users: Users

  /** Who and what is kept out. */
  readonly denials: Denials

  /** The access keys. */
  readonly keys: AccessKeys

  /** The nodes that share the store. */
  readonly nodes: Nodes

  /** Reads the clock that decides, the store's. */
  now(): Promise<Instant>

  /** Throws `store-unavailable` unless the store answers. */
  check(): Promise<void>

  /** Tells what the engine has done so far, and what it has at hand. */
  stats(): EngineStats

  /** Writes what is still unwritten, stops every timer and closes the store. */
  close(): Promise<void>
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

  /** A name that only one live session of that kind and resource may hold; for a playback of a resource, a UUID unless told otherwise. */
  readonly name?: string

  /** Absolute lifetime; never more than the server's. */
  readonly lifetime?: Duration

  /** Longest silence. */
  readonly idle?: Duration
  readonly device?: Device
  readonly authentication?: Authentication
  readonly data?: SessionData

  /** What of the same user gives way: a session by its id, or those of its kind with the same device label. */
  readonly replaces?: string | 'same-label'

  /** The most live sessions of that kind that the user may have; the policy's unless told otherwise. */
  readonly limit?: { readonly sessions: number; readonly atLimit?: AtLimit }
  readonly by?: Actor
}

/** What it takes to begin a session that stands for a line. */
export interface OpenRequest
  extends Pick<
    IssueRequest,
    | 'user'
    | 'realm'
    | 'parentId'
    | 'resource'
    | 'name'
    | 'lifetime'
    | 'device'
    | 'data'
    | 'replaces'
    | 'limit'
    | 'by'
  > {
  readonly kind: 'connection' | 'playback'
}

/** A session that stands for a line of this node. */
export interface Opened {
  readonly session: Session

  /** Ids of sessions that gave way to it. */
  readonly gaveWay: readonly string[]
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

  /** False looks without counting as activity. `written` returns once that is written, where it is soon otherwise. */
  readonly active?: boolean | 'written'

  /** The only realm whose sessions are known; of others nothing is told, noted or ended. */
  readonly realm?: string

  /** How long ago the holder may have proved who they are, at the most. */
  readonly maxAge?: Duration

  /** How strongly they must have proved it, at the least. */
  readonly level?: 1 | 2 | 3
}

/** What a token stands for. */
export type Verdict = Live | NotLive

/** A live session. While this node may vouch for it, each verification returns this very object. */
export interface Live {
  readonly ok: true
  readonly session: Session
  readonly user?: User

  /** Whether this is of what was at hand when the lease ended, served because the store is away and that was allowed. */
  readonly stale?: true

  /** A place where whoever presents this verdict may keep what it made of it; dropped with it. */
  presentation?: unknown
}

/** No live session: never was one, or one that is over, of which the holder of its token may know why. */
export type NotLive =
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' }
  | { readonly ok: false; readonly reason: 'superseded' | 'not-fresh'; readonly session: Session }
  | { readonly ok: false; readonly reason: 'ended'; readonly session: Session; readonly ending: Ending }

/** Changes to what is kept beside a session. `null` takes a field away. */
export interface SessionPatch {
  readonly label?: string | null
  readonly data?: SessionData | null

  /** How the holder has just proved again who they are. A change of level takes a new token. */
  readonly authentication?: Authentication
}

/** A session after a change. */
export interface Updated {
  readonly session: Session

  /** The only copy of the token that took the place of the one there was; absent where that stays. */
  readonly token?: string
}

/** A session whose token gave way to its successor, or why it did not. */
export type Refreshed =
  | { readonly ok: true; readonly session: Session; readonly user?: User; readonly token: string }
  | NotLive
