/**
 * Pointing at sessions: queries that list them, selectors that end them.
 *
 * @module
 */
import { isLive } from './policy.ts'
import type { SessionKind, SessionRecord } from './session.ts'
import type { Instant } from './time.ts'

/** Which sessions of a realm are meant. Every field given must hold. */
export interface SessionFilter {
  readonly realm?: string
  readonly userId?: string
  readonly parentId?: string
  readonly resource?: string
  readonly name?: string
  readonly kind?: SessionKind

  /** Only sessions that live under no other. */
  readonly topLevel?: boolean

  /** `live` unless told otherwise. */
  readonly status?: 'live' | 'ended' | 'any'
}

/** Asks for a page of sessions, newest first. */
export interface SessionQuery extends SessionFilter {
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

/** Tells whether a record is among those meant, at a moment. The one meaning of a filter, for every store. */
export function matches(record: SessionRecord, filter: SessionFilter, at: Instant): boolean {
  if (filter.topLevel === true && record.parentId !== undefined) return false
  return (
    FIELDS.every((field) => filter[field] === undefined || filter[field] === record[field]) &&
    hasStatus(record, filter, at)
  )
}

const FIELDS = ['realm', 'userId', 'parentId', 'resource', 'name', 'kind'] as const

function hasStatus(record: SessionRecord, { status = 'live' }: SessionFilter, at: Instant): boolean {
  return status === 'any' || isLive(record, at) === (status === 'live')
}
