/**
 * Users and realms: only as much of them as sessions need.
 *
 * @module
 */
import type { Instant } from './time.ts'

/** What a user may do in dialects that know roles. Roles rise: each includes the ones before it. */
export type Role = 'member' | 'staff' | 'operator'

/** Every role, rising. */
export const ROLES: readonly Role[] = ['member', 'staff', 'operator']

/** The realm of whoever names none. */
export const DEFAULT_REALM = 'default'

/** A user, as far as sessions are concerned. */
export interface User {
  readonly id: string
  readonly realm: string
  readonly displayName?: string
  readonly role: Role
  readonly banned: boolean

  /** Why the user is banned, in the words of whoever did it. */
  readonly banReason?: string
}

/** A user, as a store keeps it. */
export interface UserRecord extends User {
  /** Journal position of the entry that last ended everything of this user; 0 if none did. */
  readonly epoch: number
  readonly createdAt: Instant
}

/** Changes to a user. Absent fields stay as they are. */
export interface UserPatch {
  readonly displayName?: string
  readonly role?: Role
  readonly banned?: boolean
  readonly banReason?: string
}

/** Strips what only a store may see. */
export function toUser(record: UserRecord): User {
  const { epoch: _epoch, createdAt: _createdAt, ...user } = record
  return user
}
