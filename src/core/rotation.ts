/**
 * Exchanging a token for its successor.
 *
 * @module
 */
import { MOST_PREDECESSORS, type Predecessor, type SessionRecord } from './session.ts'
import type { Instant } from './time.ts'
import { type SecretHash, sameText } from './token.ts'
import type { Role, UserRecord } from './user.ts'

/** A token that takes another's place. */
export interface Successor {
  readonly hash: SecretHash

  /** For how long presenting the one before is forgiven, in milliseconds. */
  readonly grace: number

  /** What it was mixed from. Without it, the one before is worth nothing at once. */
  readonly salt?: string
}

/** Its holder has just proved again who they are. */
export interface Reauthentication {
  /** Takes the token's place, where that changed what the session may do. */
  readonly successor?: Successor
}

/** A token that somebody presents, and what may take its place. */
export interface Rotation {
  readonly id: string
  readonly presented: SecretHash

  /** Without one, the token is only judged. */
  readonly successor?: Successor
}

/** What became of a token that was presented. */
export type Rotated =
  /** It was the token of a live session, and now its successor is. */
  | { readonly outcome: 'rotated'; readonly record: SessionRecord; readonly user?: UserRecord }

  /** It stands for a live session: within its grace, or as its very token where no other was to take its place. */
  | {
      readonly outcome: 'standing'
      readonly record: SessionRecord
      readonly user?: UserRecord

      /** What its successor was mixed from. */
      readonly salt?: string
    }

  /** It gave way to a change of privileges a moment ago: worth nothing, and forgiven. Nothing has changed. */
  | { readonly outcome: 'superseded' }

  /** The session is over: with this very call, where its token came back after its grace. */
  | { readonly outcome: 'ended'; readonly record: SessionRecord }

  /** It never was a token of this session, or is forgotten. Nothing has changed. */
  | { readonly outcome: 'unknown' }

/** What a token is to a session, whether that lives or not. */
export type Standing =
  | { readonly is: 'current' }
  | { readonly is: 'graceful'; readonly salt: string }
  | { readonly is: 'superseded' | 'reused' | 'unknown' }

/** Judges a token by its hash, at a moment, for a session whose user has a role (`member` without a user). */
export function standingOf(
  { tokenHash, tokenRole, predecessors = [] }: SessionRecord,
  presented: SecretHash,
  role: Role,
  at: Instant,
): Standing {
  if (tokenHash !== undefined && sameText(tokenHash, presented)) return { is: 'current' }
  const predecessor = predecessors.find(({ hash }) => sameText(hash, presented))
  if (predecessor === undefined) return { is: 'unknown' }
  if (at >= predecessor.until) return { is: 'reused' }
  const { salt } = predecessor
  return salt !== undefined && tokenRole === role ? { is: 'graceful', salt } : { is: 'superseded' }
}

/** A session whose token gave way to its successor. A change of privileges leaves no predecessor its salt. */
export function succeed(record: SessionRecord, successor: Successor, role: Role, at: Instant): SessionRecord {
  const { tokenHash, tokenRole, predecessors = [] } = record
  if (tokenHash === undefined) return record
  const { hash, grace, salt } = successor
  const keepsSalts = salt !== undefined && tokenRole === role
  const latest: Predecessor = { hash: tokenHash, until: at + grace, ...(keepsSalts && { salt }) }
  return {
    ...record,
    tokenHash: hash,
    tokenRole: role,
    predecessors: [latest, ...(keepsSalts ? predecessors : predecessors.map(withoutSalt))].slice(
      0,
      MOST_PREDECESSORS,
    ),
  }
}

/** Predecessors without the salts whose grace is over. */
export function withoutLateSalts(predecessors: readonly Predecessor[], at: Instant): readonly Predecessor[] {
  return predecessors.map((each) => (at < each.until ? each : withoutSalt(each)))
}

/** The first moment at which a salt is to be erased; undefined where none is kept. */
export function firstSaltEnds(predecessors: readonly Predecessor[] = []): Instant | undefined {
  const ends = predecessors.flatMap(({ salt, until }) => (salt === undefined ? [] : [until]))
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function withoutSalt({ hash, until }: Predecessor): Predecessor {
  return { hash, until }
}
