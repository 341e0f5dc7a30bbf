/**
 * What happened: the entries of the journal.
 *
 * @module
 */
import { type AccessKey, ALL_REALMS } from './access-key.ts'
import type { Denial } from './denial.ts'
import type { NodeRecord } from './node.ts'
import type { Actor, EndReason, Session } from './session.ts'
import type { Instant } from './time.ts'
import type { User } from './user.ts'

/** What each type of event tells, besides its position, moment and realm. */
export interface EventMap {
  /** A session was issued. */
  'session.created': { readonly session: Session }

  /** A session's label, data or authentication was changed. */
  'session.updated': { readonly session: Session }

  /** A session's token was exchanged for its successor. */
  'session.refreshed': { readonly session: Session }

  /** A token came back after its successor had taken its place: somebody else has it. Its session ends with this. */
  'token.reused': { readonly session: Session }

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

  /** Somebody or something is kept out for a time. */
  'denial.created': { readonly denial: Denial; readonly by: Actor }

  /** Somebody or something is let in again before its time. */
  'denial.lifted': { readonly denial: Denial; readonly by: Actor }

  /** A user's name, role or ban was changed. */
  'user.updated': { readonly user: User; readonly by: Actor }

  /** An access key was made. */
  'key.created': { readonly key: AccessKey; readonly by: Actor }

  /** An access key was withdrawn. */
  'key.withdrawn': { readonly key: AccessKey; readonly by: Actor }

  /** A node began to share the store. */
  'node.joined': { readonly node: EventNode }

  /** A node is gone: it took its leave, or was not heard of for as long as its membership lasts. */
  'node.left': { readonly node: EventNode; readonly lost: boolean }
}

/** What an event tells of a node. */
export type EventNode = Pick<NodeRecord, 'id' | 'address' | 'version'>

/** The name of what happened. */
export type EventType = keyof EventMap

/**
 * One thing that happened. `position` is its own place in the journal, opaque; `realm` is `*` for what concerns all of
 * them. `cursor` is where to read on from after it, in the order in which it was read; `position`, unless there is one.
 */
export type RollcallEvent<Type extends EventType = EventType> = {
  [Each in Type]: {
    readonly position: string
    readonly cursor?: string
    readonly at: Instant
    readonly realm: string
    readonly type: Each
  } & EventMap[Each]
}[Type]

/** Which events are meant. Every field given must hold. */
export interface EventFilter {
  /** Events of this realm, and those that concern all of them. */
  readonly realm?: string
  readonly types?: readonly EventType[]

  /** Whose session it is about, or which user. A mass ending of a realm is about all of its users. */
  readonly userId?: string

  /** What the session is attached to; with `/*` at its end, all below it. A mass ending is about all of them. */
  readonly resource?: string
}

/** Tells whether an event is among those meant. */
export function isAbout(event: RollcallEvent, { realm, types, userId, resource }: EventFilter): boolean {
  if (realm !== undefined && event.realm !== realm && event.realm !== ALL_REALMS) return false
  if (types !== undefined && !types.includes(event.type)) return false
  if (userId !== undefined && !concernsUser(event, userId)) return false
  return resource === undefined || isAttached(event, resource)
}

/** Every type of event. */
export const EVENT_TYPES: readonly EventType[] = [
  'session.created',
  'session.updated',
  'session.refreshed',
  'session.ended',
  'sessions.ended',
  'token.reused',
  'denial.created',
  'denial.lifted',
  'user.updated',
  'key.created',
  'key.withdrawn',
  'node.joined',
  'node.left',
]

/** Where to read on from after an event. */
export function cursorOf({ position, cursor = position }: RollcallEvent): string {
  return cursor
}

function concernsUser(event: RollcallEvent, userId: string): boolean {
  if ('session' in event) return event.session.userId === userId
  if ('user' in event) return event.user.id === userId
  if ('denial' in event) return event.denial.key === 'user' && event.denial.value === userId
  return event.type === 'sessions.ended' && (event.userId ?? userId) === userId
}

function isAttached(event: RollcallEvent, resource: string): boolean {
  if (event.type === 'sessions.ended') return true
  const own = 'session' in event ? event.session.resource : undefined
  if (own === undefined) return false
  return resource.endsWith('/*') ? own.startsWith(resource.slice(0, -1)) : own === resource
}

/** An event on its way into a journal, which gives it its position. */
export type NewEvent = {
  [Each in EventType]: { readonly at: Instant; readonly realm: string; readonly type: Each } & EventMap[Each]
}[EventType]

/** Stops what it was returned for. */
export type Unsubscribe = () => void
