/**
 * The contract between the engine and the place where sessions are kept.
 *
 * @module
 */
import type { AccessKey } from './access-key.ts'
import type { DenialStore, DenyKey } from './denial.ts'
import type { RollcallEvent } from './events.ts'
import type { Feed } from './feed.ts'
import type { NodeRegistry } from './node.ts'
import type { Count, Page } from './page.ts'
import type { PortableStore } from './portable.ts'
import type { Reauthentication, Rotated, Rotation } from './rotation.ts'
import type { SessionFilter, SessionQuery, SessionSelector } from './selector.ts'
import type {
  Actor,
  Authentication,
  Device,
  EndReason,
  SessionData,
  SessionKind,
  SessionRecord,
} from './session.ts'
import type { Instant } from './time.ts'
import type { SecretHash } from './token.ts'
import type { UserPatch, UserRecord } from './user.ts'

/**
 * A place to keep sessions.
 *
 * Promises that `rollcall/testing` holds every implementation to:
 *
 * - **Whole.** A call takes effect entirely or not at all, whatever else is running.
 * - **Guarded.** Nothing changes an ended session, and nothing brings one back.
 * - **Blind.** A store sees hashes, never a token or a key.
 * - **Told.** Every change and its journal entry are one write.
 * - **Kept.** A call that returned stays done, by the store's strongest ordinary means.
 *
 * The store's clock decides; callers pass spans of time, never moments. A store that cannot be reached, or
 * cannot write, throws `store-unavailable`; a write that may or may not have taken effect, `outcome-unknown`. Asking for
 * the same end again is safe after either, and its answer stands on a write of its own.
 */
export interface SessionStore
  extends SessionReads,
    SessionWrites,
    UserStore,
    DenialStore,
    KeyStore,
    Journal,
    PortableStore {
  /** Names the backend in logs, errors and health answers. */
  readonly name: string

  /** The nodes that share it; absent where only one process can. */
  readonly nodes?: NodeRegistry

  /** Says when the journal has grown by the hand of another node; absent where there is none. */
  readonly feed?: Feed

  /** Says what it cannot promise as it is set up, and what to do: a sentence or two each. Empty where all is well. */
  caveats(): Promise<readonly string[]>

  /** Reads the clock that decides. */
  now(): Promise<Instant>

  /** Lets go of everything. The store must not be used again. */
  close(): Promise<void>
}

/** Looking at sessions. Records come with their `ending`, also where an epoch ended them. */
export interface SessionReads {
  /** Finds one session, over or not, with its user and parent, all as of one moment. */
  find(id: string): Promise<Found | undefined>

  /** Lists sessions latest first, by (`issuedAt` or `lastActiveAt`, `serial`). Looks at a bounded number of them. */
  list(query: SessionQuery): Promise<Page<SessionRecord>>

  /**
   * Finds live sessions that stand for lines of other nodes than these, `limit` at the most, in no particular order.
   * Cheap where there are none.
   */
  stranded(nodes: readonly string[], limit: number): Promise<readonly SessionRecord[]>

  /** Counts sessions, exactly up to a bound, and beyond it by what a part of them lets expect. */
  count(filter: SessionFilter): Promise<Count>
}

/** Changing sessions. */
export interface SessionWrites {
  /** Begins a session if every guard holds. */
  insert(draft: SessionDraft, guards: Guards): Promise<Inserted | InsertRefused>

  /**
   * Replaces label, data and authentication, provided the session lives and nobody has revised it since.
   *
   * With `proof`, it is authenticated now; a successor in it takes the token's place, and every token before it is
   * worth nothing from then on.
   */
  replace(record: SessionRecord, proof?: Reauthentication): Promise<boolean>

  /** Exchanges a token for its successor, or says what became of it. One that comes back too late ends the session. */
  rotate(rotation: Rotation): Promise<Rotated>

  /** Records activity of many sessions at once. Never revives, never moves time back. */
  touch(activity: readonly Activity[]): Promise<void>

  /**
   * Ends live sessions that a selector points at, and what lives under them, at most `limit` of the former. What it is
   * told to keep out, it also keeps out of those that ids alone point at and that are over already.
   * `userId` and `everyone` selectors are for {@link SessionWrites.advanceEpoch}.
   */
  end(selector: BatchSelector, ending: NewEnding, limit: number): Promise<EndedBatch>

  /** Ends everything of a user or a realm with one write, true at once. */
  advanceEpoch(scope: EpochScope, ending: NewEnding): Promise<EndedAll>

  /** Writes single endings behind earlier {@link SessionWrites.advanceEpoch} calls. Returns how many; fewer than `limit`: done. */
  tidy(limit: number): Promise<number>

  /** Ends sessions that are due. Returns how many; fewer than `limit`: done. */
  expire(limit: number): Promise<number>

  /** Erases the salts of tokens whose grace is over. Returns of how many sessions; fewer than `limit`: done. */
  eraseSalts(limit: number): Promise<number>

  /** Forgets tombstones past their time. Returns how many; fewer than `limit`: done. */
  sweep(limit: number): Promise<number>
}

/** Users. */
export interface UserStore {
  findUser(realm: string, id: string): Promise<UserRecord | undefined>

  /** Lists users of a realm by id. */
  listUsers(query: UserQuery): Promise<Page<UserRecord>>

  /** Changes a user. A ban ends everything of theirs in the same write; lifting it revives nothing. */
  updateUser(realm: string, id: string, patch: UserPatch, by: Actor): Promise<UserUpdated | undefined>
}

/** Access keys, by hash. */
export interface KeyStore {
  /** Keeps a key. With `supersede`, withdraws other live keys of the same name; a live one of the same hash stays as it is. */
  insertKey(key: NewAccessKey, by: Actor, supersede?: boolean): Promise<AccessKey>
  findKey(hash: SecretHash): Promise<AccessKey | undefined>
  listKeys(): Promise<readonly AccessKey[]>

  /** Withdraws a key. Answers undefined if there is none; withdrawing twice changes nothing. */
  withdrawKey(id: string, by: Actor): Promise<AccessKey | undefined>
}

/** What happened, in order. */
export interface Journal {
  /**
   * Reads entries after a position, oldest first; `undefined` asks for the present position alone. The position is one
   * that reading gave (`JournalPage.position`, or an event's `cursor`), or `0` for the beginning.
   *
   * @returns `forgotten: true` where entries after that position are no longer kept.
   */
  read(after: string | undefined, limit: number): Promise<JournalPage>

  /** Forgets entries beyond a number or an age in milliseconds. Returns how many. */
  trim(keep: { readonly entries: number; readonly age: number }): Promise<number>
}

/** A session that was found. */
export interface Found {
  readonly record: SessionRecord
  readonly user?: UserRecord
  readonly parent?: SessionRecord

  /** The store's clock when it looked. */
  readonly at: Instant
}

/** A session to be. The store adds serial, stamp, moments and epochs. Spans are milliseconds. */
export interface SessionDraft {
  readonly id: string
  readonly realm: string
  readonly kind: SessionKind
  readonly userId?: string
  readonly parentId?: string
  readonly resource?: string
  readonly name?: string

  /** The node that holds the line it stands for. It has no token then. */
  readonly node?: string
  readonly tokenHash?: SecretHash
  readonly lifetime: number
  readonly idle?: number

  /** How long ago the holder proved who they are, in milliseconds; 0 unless told otherwise. */
  readonly authenticatedAgo?: number
  readonly device: Device
  readonly authentication?: Authentication
  readonly data?: SessionData
}

/** What must hold for an insert, and what gives way. Always: parent live, user not banned or denied, name free. */
export interface Guards {
  /** Fields of the user to set; a user comes into being with the first session. */
  readonly user?: Pick<UserPatch, 'displayName' | 'role'>

  /** The most live sessions of that kind the user may have, and what happens at that number. */
  readonly limit?: { readonly sessions: number; readonly atLimit: AtLimit }

  /** Sessions of the same user that give way to this one: one by id, or those of its kind with its label. */
  readonly replaces?: { readonly id: string } | { readonly label: string }

  /** Who asks. */
  readonly by: Actor
}

/** What happens to a user's next session once there are as many as allowed. */
export type AtLimit = 'evict-oldest' | 'evict-idlest' | 'refuse'

/** Everything that may happen. */
export const AT_LIMITS: readonly AtLimit[] = ['evict-oldest', 'evict-idlest', 'refuse']

/** A session that was begun. */
export interface Inserted {
  readonly ok: true
  readonly record: SessionRecord
  readonly user?: UserRecord

  /** Ids of sessions that gave way. */
  readonly gaveWay: readonly string[]
}

/** A session that was not begun, and the guard that refused it. Nothing has changed. */
export interface InsertRefused {
  readonly ok: false
  readonly code: 'user-banned' | 'denied' | 'limit-reached' | 'name-taken' | 'parent-not-live'

  /** When it is worth trying again, for `denied`. */
  readonly until?: Instant

  /** Sessions of which one would have to give way, for `limit-reached`: the first in line first, {@link MOST_IN_THE_WAY} at most. */
  readonly inTheWay?: readonly SessionRecord[]
}

/** Sessions that a refusal names at the most. */
export const MOST_IN_THE_WAY = 50

/** Activity of one session: how long ago it was last active, in milliseconds. */
export interface Activity {
  readonly id: string
  readonly ago: number
}

/** How sessions are to end, and who is kept out afterwards. */
export interface NewEnding {
  readonly reason: EndReason
  readonly by: Actor

  /** Keeps something of what was ended out for a time (milliseconds): checked at every insert. */
  readonly deny?: { readonly keys: readonly DenyKey[]; readonly span: number }
}

/**
 * The selectors that end session by session.
 *
 * A filter comes with the ids that it was seen to mean; each is ended only if it is still meant.
 */
export type BatchSelector = { readonly realm: string } & (
  | Exclude<
      SessionSelector,
      | { readonly userId: string }
      | { readonly everyone: true }
      | { readonly filter: SessionFilter }
      | { readonly ids: readonly string[] }
    >
  | { readonly ids: readonly string[]; readonly filter?: SessionFilter }
)

/** The sessions that one call ended, as they are now. Whoever has passed `position` has heard of all of them. */
export interface EndedBatch {
  readonly ended: readonly SessionRecord[]
  readonly descendants: readonly SessionRecord[]
  readonly position: string
}

/** Everything of one realm, or of one user in it, but for one kept login. */
export interface EpochScope {
  readonly realm: string
  readonly userId?: string
  readonly except?: string
}

/** What an epoch ended: sessions under no other, and those under them. Whoever has passed `position` has heard of it. */
export interface EndedAll {
  readonly ended: number
  readonly descendants: number
  readonly position: string
}

/** Asks for a page of users. */
export interface UserQuery {
  readonly realm: string
  readonly limit: number

  /** Only users who have a live session of this kind. */
  readonly holding?: SessionKind

  /** The id after which to go on. */
  readonly after?: string
}

/** A user after a change, and what a ban ended. */
export interface UserUpdated extends EndedAll {
  readonly user: UserRecord
}

/** A key to be kept. */
export interface NewAccessKey extends Omit<AccessKey, 'createdAt' | 'withdrawnAt'> {
  readonly hash: SecretHash
}

/** Journal entries, and where their reader stands now. */
export interface JournalPage {
  readonly events: readonly RollcallEvent[]
  readonly position: string
  readonly forgotten: boolean

  /** The store's clock when it looked. */
  readonly at: Instant
}
