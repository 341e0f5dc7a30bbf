/**
 * Pointing at sessions: queries that list them, selectors that end them.
 *
 * @module
 */
import type { Sort } from './page.ts'
import type { EndReason, SessionKind } from './session.ts'
import type { Instant } from './time.ts'

/** Whether sessions live, are over, or either. */
export type SessionStatus = 'live' | 'ended' | 'any'

/** Every status. */
export const SESSION_STATUSES: readonly SessionStatus[] = ['live', 'ended', 'any']

/** Which sessions of a realm are meant. Every field given must hold. */
export interface SessionFilter {
  readonly realm?: string
  readonly userId?: string
  readonly parentId?: string
  readonly resource?: string

  /** What the resource begins with. */
  readonly resourcePrefix?: string
  readonly name?: string
  readonly kind?: SessionKind

  /** The one that has this number in its realm. */
  readonly serial?: number

  /** The one that has this stamp among its user's. */
  readonly stamp?: number

  /** Only sessions that live under no other. */
  readonly topLevel?: boolean

  /** `live` unless told otherwise; `ended` where a reason is given. */
  readonly status?: SessionStatus

  /** Why it is over. */
  readonly reason?: EndReason

  /** Form factor, such as `mobile`. */
  readonly deviceType?: string

  /** `Chrome`, or with its major version, `Chrome 120`; in any case of A to Z. */
  readonly browser?: string

  /** Operating system, in any case of A to Z. */
  readonly os?: string

  /** An address, or a network such as `10.0.0.0/8`. */
  readonly address?: string

  /** Exactly as its owner wrote it. */
  readonly label?: string
  readonly level?: 1 | 2 | 3

  /** At or after the one, before the other. */
  readonly issuedAfter?: Instant
  readonly issuedBefore?: Instant
  readonly activeAfter?: Instant
  readonly activeBefore?: Instant

  /** Found, in any case, within user id, display name, label, address, user agent, browser or system. */
  readonly text?: string
}

/** Asks for a page of sessions, newest first. */
export interface SessionQuery extends SessionFilter {
  /** What is newest: `issued` unless told otherwise. */
  readonly sort?: Sort

  /** 1 to 200; 50 unless told otherwise. */
  readonly limit?: number

  /** Goes on where a page left off. */
  readonly cursor?: string
}

/** Points at the sessions to end, within one realm (`default` unless told otherwise). */
export type SessionSelector = { readonly realm?: string } & (
  | { readonly id: string }
  | { readonly ids: readonly string[] }
  | { readonly userId: string; readonly except?: string }
  | { readonly parentId: string }
  | { readonly resource: string; readonly name?: string }
  | { readonly filter: SessionFilter }
  | { readonly everyone: true }
)

/** The status that a filter means. */
export function statusOf({ status, reason }: SessionFilter): SessionStatus {
  return status ?? (reason === undefined ? 'live' : 'ended')
}
