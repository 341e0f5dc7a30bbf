/**
 * Rows into records, and back.
 *
 * @module
 */
import type { AccessKey, Scope } from '../../core/access-key.ts'
import type { Denial, DenyKey } from '../../core/denial.ts'
import type { RollcallEvent } from '../../core/events.ts'
import { SESSION_PREFIX } from '../../core/id.ts'
import {
  type Actor,
  type Authentication,
  type Device,
  type Ending,
  type EndReason,
  type Predecessor,
  SESSION_KINDS,
  type SessionData,
  type SessionKind,
  type SessionRecord,
} from '../../core/session.ts'
import type { SecretHash } from '../../core/token.ts'
import { ROLES, type Role, type UserRecord } from '../../core/user.ts'
import type { AccessKeyTable, DenialTable, JournalTable, SessionTable, UserTable } from './schema.ts'

/** A session row, joined with its user agent, its user and the epochs of today. */
export interface SessionRow extends Omit<SessionTable, 'serial' | 'token_role'> {
  readonly serial: number
  readonly token_role: number
  readonly text: string | null
  readonly browser: string | null
  readonly os: string | null
  readonly type: string | null
  readonly display_name: string | null
  readonly role: string | null
  readonly banned: number | null
  readonly ban_reason: string | null
  readonly current_user_epoch: number | null
  readonly user_created_at: number | null
  readonly current_realm_epoch: number | null
}

/** The record of a row, without an ending that an epoch brought. */
export function toRecord(row: SessionRow): SessionRecord {
  return {
    id: SESSION_PREFIX + row.id,
    realm: row.realm,
    kind: SESSION_KINDS[row.kind] ?? 'login',
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.parent_id !== null && { parentId: SESSION_PREFIX + row.parent_id }),
    ...(row.resource !== null && { resource: row.resource }),
    ...(row.name !== null && { name: row.name }),
    ...(row.node !== null && { node: row.node }),
    ...(row.token_hash !== null && { tokenHash: toHash(row.token_hash) }),
    serial: row.serial,
    stamp: row.stamp,
    issuedAt: row.issued_at,
    authenticatedAt: row.issued_at - row.authenticated_ago,
    lastActiveAt: row.last_active_at,
    expiresAt: row.expires_at,
    ...(row.idle !== null && { idle: row.idle, idleExpiresAt: row.last_active_at + row.idle }),
    device: toDevice(row),
    ...(row.authentication !== null && { authentication: JSON.parse(row.authentication) as Authentication }),
    ...(row.data !== null && { data: JSON.parse(row.data) as SessionData }),
    realmEpoch: row.realm_epoch,
    userEpoch: row.user_epoch,
    revision: row.revision,
    tokenRole: ROLES[row.token_role] ?? 'member',
    ...(row.predecessors !== null && { predecessors: JSON.parse(row.predecessors) as Predecessor[] }),
    ...(row.ended_at !== null && {
      ending: toEnding({ at: row.ended_at, reason: row.end_reason ?? '', by: row.end_by ?? '' }),
    }),
  }
}

/** Tells whether an epoch has passed an open row by. */
export function isOutdated(row: SessionRow): boolean {
  if (row.ended_at !== null) return false
  return (row.current_realm_epoch ?? 0) > row.realm_epoch || (row.current_user_epoch ?? 0) > row.user_epoch
}

/** The user of a session row. */
export function toOwner(row: SessionRow): UserRecord | undefined {
  if (row.user_id === null || row.role === null) return undefined
  return toUserRecord({
    realm: row.realm,
    id: row.user_id,
    display_name: row.display_name,
    role: row.role,
    banned: row.banned ?? 0,
    ban_reason: row.ban_reason,
    epoch: row.current_user_epoch ?? 0,
    created_at: row.user_created_at ?? 0,
  })
}

/** The record of a user's row. */
export function toUserRecord(row: Omit<UserTable, 'last_stamp'>): UserRecord {
  return {
    id: row.id,
    realm: row.realm,
    ...(row.display_name !== null && { displayName: row.display_name }),
    role: row.role as Role,
    banned: row.banned === 1,
    ...(row.ban_reason !== null && { banReason: row.ban_reason }),
    epoch: row.epoch,
    createdAt: row.created_at,
  }
}

/** The key of a row. */
export function toAccessKey(row: AccessKeyTable): AccessKey {
  return {
    id: row.id,
    name: row.name,
    realm: row.realm,
    scopes: row.scopes.split(' ') as Scope[],
    createdAt: row.created_at,
    ...(row.withdrawn_at !== null && { withdrawnAt: row.withdrawn_at }),
  }
}

/** The event of a row. */
export function toEvent(row: JournalTable): RollcallEvent {
  const { position, at, realm, type } = row
  return { ...JSON.parse(row.body), position: String(position), at, realm, type } as RollcallEvent
}

/** An ending from its parts. */
export function toEnding({
  at,
  reason,
  by,
}: {
  readonly at: number
  readonly reason: string
  readonly by: string
}): Ending {
  return { at, reason: reason as EndReason, by: toActor(by) }
}

/** An actor in few characters: the first letter of its kind, then its id. */
export function fromActor({ kind, id }: Actor): string {
  return kind.charAt(0) + id
}

/** The number that stands for a kind. */
export function fromKind(kind: SessionKind): number {
  return SESSION_KINDS.indexOf(kind)
}

/** A session id as it is kept: without its prefix. What has another prefix is kept nowhere: the id of no row. */
export function fromId(id: string): string {
  return id.startsWith(SESSION_PREFIX) ? id.slice(SESSION_PREFIX.length) : NO_ROW
}

const NO_ROW = ''

/** A value as it is kept: JSON, or null where there is none. */
export function toJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** The number that stands for a role. */
export function fromRole(role: Role): number {
  return ROLES.indexOf(role)
}

/** An authentication as it is kept: its level last, where {@link levelPattern} finds it. */
export function fromAuthentication(authentication: Authentication | undefined): string | null {
  return authentication === undefined
    ? null
    : JSON.stringify({ methods: authentication.methods, level: authentication.level })
}

/** What an authentication of that level looks like, for `like`. */
export function levelPattern(level: number): string {
  return `%"level":${level}}`
}

/** A denial of a row. */
export function toDenial(row: DenialTable): Denial {
  const { id, realm, key, value, at, until, by } = row
  return { id: String(id), realm, key: key as DenyKey, value, at, until, by: toActor(by) }
}

/** A hash as it is kept: 32 bytes. */
export function fromHash(hash: SecretHash): Uint8Array {
  return Buffer.from(hash, 'base64url')
}

const ACTOR_KINDS = { u: 'user', k: 'key', s: 'system' } as const

function toActor(by: string): Actor {
  return { kind: ACTOR_KINDS[by.charAt(0) as keyof typeof ACTOR_KINDS] ?? 'system', id: by.slice(1) }
}

/** A hash of a row. */
export function toHash(bytes: Uint8Array): SecretHash {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url') as SecretHash
}

function toDevice({ ip, text, label, browser, os, type }: SessionRow): Device {
  return {
    ...(ip !== null && { ip }),
    ...(text !== null && { userAgent: text }),
    ...(label !== null && { label }),
    ...(browser !== null && { browser }),
    ...(os !== null && { os }),
    ...(type !== null && { type }),
  }
}
