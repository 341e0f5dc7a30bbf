/**
 * What happened: the entries of the journal.
 *
 * @module
 */
import type { AccessKey } from './access-key.ts'
import type { Actor, EndReason, Session } from './session.ts'
import type { Instant } from './time.ts'
import type { User } from './user.ts'

/** What each type of event tells, besides its position, moment and realm. */
export interface EventMap {
  /** A session was issued. */
  'session.created': { readonly session: Session }

  /** A session's label, data or authentication was changed. */
  'session.updated': { readonly session: Session }

  /** A session is over. `mass` names the position of the `sessions.ended` entry that ended it, if one did. */
  'session.ended': {
    readonly session: Session
    readonly reason: EndReason
    readonly by: Actor
    readonly mass?: string
  }

  /**
   * Every session of a realm, or of one user, is over from this moment, but for the kept login and what lives
   * under it. The single `session.ended` entries follow.
   */
  'sessions.ended': {
    readonly userId?: string
    readonly except?: string
    readonly count: number
    readonly reason: EndReason
    readonly by: Actor
  }

  /** A user's name, role or ban was changed. */
  'user.updated': { readonly user: User; readonly by: Actor }

  /** An access key was made. */
  'key.created': { readonly key: AccessKey; readonly by: Actor }

  /** An access key was withdrawn. */
  'key.withdrawn': { readonly key: AccessKey; readonly by: Actor }
}

/** The name of what happened. */
export type EventType = keyof EventMap

/** One thing that happened. `position` is opaque and grows; `realm` is `*` for what concerns all of them. */
export type RollcallEvent<Type extends EventType = EventType> = {
  [Each in Type]: {
    readonly position: string
    readonly at: Instant
    readonly realm: string
    readonly type: Each
  } & EventMap[Each]
}[Type]

/** An event on its way into a journal, which gives it its position. */
export type NewEvent = {
  [Each in EventType]: { readonly at: Instant; readonly realm: string; readonly type: Each } & EventMap[Each]
}[EventType]

/** Stops what it was returned for. */
export type Unsubscribe = () => void
