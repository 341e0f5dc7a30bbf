/**
 * What the native API says: JSON in camelCase, moments in RFC 3339 UTC with milliseconds, absent fields left out.
 *
 * @module
 */
import type { AccessKey } from '../core/access-key.ts'
import type { Denial } from '../core/denial.ts'
import type { EventNode, RollcallEvent } from '../core/events.ts'
import type { NodeRecord } from '../core/node.ts'
import type {
  Actor,
  Authentication,
  Device,
  Ending,
  Session,
  SessionData,
  SessionKind,
} from '../core/session.ts'
import type { Role, User } from '../core/user.ts'
import { toTime } from './moments.ts'

/** A session on the wire. */
export interface WireSession {
  readonly id: string
  readonly serial: number
  readonly stamp: number
  readonly realm: string
  readonly kind: SessionKind
  readonly userId?: string
  readonly parentId?: string
  readonly resource?: string
  readonly name?: string
  readonly node?: string
  readonly issuedAt: string
  readonly authenticatedAt: string
  readonly lastActiveAt: string
  readonly expiresAt: string
  readonly idleExpiresAt?: string
  readonly device: Device
  readonly authentication?: Authentication
  readonly data?: SessionData
  readonly ending?: WireEnding
}

/** How a session came to be over. */
export interface WireEnding extends Omit<Ending, 'at'> {
  readonly at: string
}

/** A user on the wire. */
export interface WireUser {
  readonly id: string
  readonly displayName?: string
  readonly role: Role
  readonly realm?: string
  readonly banned?: boolean
  readonly banReason?: string
}

/** An access key on the wire, never with its secret. */
export interface WireKey extends Omit<AccessKey, 'createdAt' | 'withdrawnAt'> {
  readonly createdAt: string
  readonly withdrawnAt?: string
}

/** Somebody or something that is kept out, on the wire. */
export interface WireDenial extends Omit<Denial, 'at' | 'until'> {
  readonly at: string
  readonly until: string
}

/** A node on the wire. `lease` says whether it may vouch for what it has at hand, by the store's clock. */
export interface WireNode {
  readonly id: string
  readonly address?: string
  readonly version: string
  readonly position: string
  readonly joinedAt: string
  readonly renewedAt: string
  readonly leaseUntil: string
  readonly lease: 'live' | 'over'

  /** Whether it is the one that answers. */
  readonly own: boolean
}

/** How somebody stands, on the wire. */
export interface WirePresence {
  readonly userId: string

  /** Whether they hold a live connection or playback, or were active within the last minute. */
  readonly online: boolean
  readonly lines: number
  readonly lastActiveAt?: string
}

/** A page of a list; `nextCursor` is null on the last. */
export interface WirePage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** An event on the wire. */
export interface WireEvent {
  readonly sequence: string
  readonly at: string
  readonly realm: string
  readonly type: RollcallEvent['type']
  readonly session?: WireSession
  readonly user?: WireUser
  readonly key?: WireKey
  readonly denial?: WireDenial
  readonly node?: EventNode
  readonly lost?: boolean
  readonly userId?: string
  readonly except?: string
  readonly count?: number
  readonly reason?: string
  readonly by?: Actor
  readonly mass?: string
}

/** Writes a session. */
export function toWireSession(session: Session): WireSession {
  const {
    id,
    serial,
    stamp,
    realm,
    kind,
    issuedAt,
    authenticatedAt,
    lastActiveAt,
    expiresAt,
    idleExpiresAt,
    ending,
    ...rest
  } = session
  return {
    id,
    serial,
    stamp,
    realm,
    kind,
    ...rest,
    issuedAt: toTime(issuedAt),
    authenticatedAt: toTime(authenticatedAt),
    lastActiveAt: toTime(lastActiveAt),
    expiresAt: toTime(expiresAt),
    ...(idleExpiresAt !== undefined && { idleExpiresAt: toTime(idleExpiresAt) }),
    ...(ending && { ending: { ...ending, at: toTime(ending.at) } }),
  }
}

/** Writes a user as its sessions show it. */
export function toWireUser({ id, displayName, role }: User): WireUser {
  return { id, ...(displayName !== undefined && { displayName }), role }
}

/** Writes all of a user, for the management API. */
export function toFullUser(user: User): WireUser {
  const { realm, banned, banReason } = user
  return { ...toWireUser(user), realm, banned, ...(banReason !== undefined && { banReason }) }
}

/** Writes an access key. */
export function toWireKey({ createdAt, withdrawnAt, ...key }: AccessKey): WireKey {
  return {
    ...key,
    createdAt: toTime(createdAt),
    ...(withdrawnAt !== undefined && { withdrawnAt: toTime(withdrawnAt) }),
  }
}

/** Writes a denial. */
export function toWireDenial(denial: Denial): WireDenial {
  return { ...denial, at: toTime(denial.at), until: toTime(denial.until) }
}

/** Writes a node, at a moment of the store's clock. */
export function toWireNode(node: NodeRecord, at: number, ownId: string): WireNode {
  const { id, address, version, position, joinedAt, renewedAt, leaseUntil } = node
  return {
    id,
    ...(address !== undefined && { address }),
    version,
    position,
    joinedAt: toTime(joinedAt),
    renewedAt: toTime(renewedAt),
    leaseUntil: toTime(leaseUntil),
    lease: leaseUntil > at ? 'live' : 'over',
    own: id === ownId,
  }
}

/** Writes an event. */
export function toWireEvent(event: RollcallEvent): WireEvent {
  const { position, cursor: _cursor, at, type, realm, ...rest } = event
  return {
    sequence: position,
    at: toTime(at),
    realm,
    type,
    ...rest,
    ...('session' in event && { session: toWireSession(event.session) }),
    ...('user' in event && { user: toFullUser(event.user) }),
    ...('key' in event && { key: toWireKey(event.key) }),
    ...('denial' in event && { denial: toWireDenial(event.denial) }),
  } as WireEvent
}
