/**
 * A session: somebody holding something.
 *
 * @module
 */
import type { Instant } from './time.ts'
import type { SecretHash } from './token.ts'
import type { Role } from './user.ts'

/** What is held: a login, an open connection, or the playback of a stream. */
export type SessionKind = 'login' | 'connection' | 'playback'

/** Every kind, in the order people meet them. */
export const SESSION_KINDS: readonly SessionKind[] = ['login', 'connection', 'playback']

/** Why a session is over. `docs/glossary.md` says what each means. */
export type EndReason =
  | 'logout'
  | 'revoked'
  | 'replaced'
  | 'evicted'
  | 'expired'
  | 'idle'
  | 'reused'
  | 'banned'
  | 'parent-ended'
  | 'closed'
  | 'node-lost'

/** Every reason. */
export const END_REASONS: readonly EndReason[] = [
  'logout',
  'revoked',
  'replaced',
  'evicted',
  'expired',
  'idle',
  'reused',
  'banned',
  'parent-ended',
  'closed',
  'node-lost',
]

/** Reasons that a caller of the API may give. The others are the engine's to say. */
export const GIVEN_REASONS: readonly EndReason[] = ['logout', 'revoked', 'replaced', 'closed']

/** Who ended it: a user by id, an access key by id, or the system by the name of what it did. */
export interface Actor {
  readonly kind: 'user' | 'key' | 'system'
  readonly id: string
}

/** How a session came to be over. */
export interface Ending {
  readonly at: Instant
  readonly reason: EndReason
  readonly by: Actor
}

/** What a session is held with. */
export interface Device {
  /** Address of the holder, in its one way to be written (RFC 5952). */
  readonly ip?: string

  /** The `User-Agent` header, at most 512 characters. */
  readonly userAgent?: string

  /** What it is called by its owner, at most 190 characters. */
  readonly label?: string

  /** Browser and major version, parsed from the user agent. */
  readonly browser?: string

  /** Operating system, parsed from the user agent. */
  readonly os?: string

  /** Form factor, parsed from the user agent: `desktop`, `mobile`, `tablet`, `tv`, `bot`. */
  readonly type?: string
}

/** How the holder proved who they are. */
export interface Authentication {
  /** Authentication method reference values (RFC 8176), such as `pwd` and `otp`. */
  readonly methods: readonly string[]

  /** Strength: 1 one factor, 2 two factors, 3 hardware-bound. */
  readonly level: 1 | 2 | 3
}

/** What the application keeps beside a session: a JSON object, 4 KiB at most when written. */
export type SessionData = Readonly<Record<string, unknown>>

/** A session, as everyone but a store sees it. Moments are milliseconds since the Unix epoch. */
export interface Session {
  readonly id: string
  readonly realm: string
  readonly kind: SessionKind
  readonly userId?: string
  readonly parentId?: string
  readonly resource?: string
  readonly name?: string

  /** The node that holds the line it stands for; absent where it is no line of this installation. */
  readonly node?: string
  readonly serial: number
  readonly stamp: number
  readonly issuedAt: Instant
  readonly authenticatedAt: Instant
  readonly lastActiveAt: Instant
  readonly expiresAt: Instant
  readonly idleExpiresAt?: Instant
  readonly device: Device
  readonly authentication?: Authentication
  readonly data?: SessionData
  readonly ending?: Ending
}

/** A session, as a store keeps it. */
export interface SessionRecord extends Session {
  /** Absent where the session is proven by a held line and not by a token. */
  readonly tokenHash?: SecretHash

  /** Longest silence, in milliseconds. */
  readonly idle?: number

  /** The realm's epoch, read in the step that issued this. */
  readonly realmEpoch: number

  /** The user's epoch, read in the step that issued this; 0 without a user. */
  readonly userEpoch: number

  /** Grows by one with each change other than activity. */
  readonly revision: number

  /** The role that the user had when the token was made; `member` without a user. */
  readonly tokenRole: Role

  /** Tokens that this one succeeded, latest first: {@link MOST_PREDECESSORS} at most, none before the first refresh. */
  readonly predecessors?: readonly Predecessor[]
}

/** A token that was succeeded by another. */
export interface Predecessor {
  readonly hash: SecretHash

  /** Until when presenting it is forgiven; after that it ends the session. */
  readonly until: Instant

  /** What its successor is mixed from, for as long as it stands for the session as well as its successor does. */
  readonly salt?: string
}

/** Predecessors that are remembered of one session. */
export const MOST_PREDECESSORS = 16

/** Strips what only a store may see. */
export function toSession(record: SessionRecord): Session {
  const {
    tokenHash: _hash,
    idle: _idle,
    realmEpoch: _realm,
    userEpoch: _user,
    revision: _revision,
    tokenRole: _role,
    predecessors: _predecessors,
    ...session
  } = record
  return session
}
