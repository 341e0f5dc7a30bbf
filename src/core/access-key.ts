/**
 * Access keys: what backends and operators call the management API with.
 *
 * @module
 */
import type { Instant } from './time.ts'
import { TOKEN_PREFIX } from './token.ts'

/** What a key may do. `admin` includes every other scope. */
export type Scope =
  | 'sessions:issue'
  | 'sessions:read'
  | 'sessions:end'
  | 'users:write'
  | 'events:read'
  | 'streams:publish'
  | 'admin'

/** Every scope. */
export const SCOPES: readonly Scope[] = [
  'sessions:issue',
  'sessions:read',
  'sessions:end',
  'users:write',
  'events:read',
  'streams:publish',
  'admin',
]

/** Stands for all realms where a key names the realm it is for. */
export const ALL_REALMS = '*'

/** An access key without its secret. */
export interface AccessKey {
  readonly id: string
  readonly name: string

  /** The one realm it is for, or {@link ALL_REALMS}. */
  readonly realm: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Instant
  readonly withdrawnAt?: Instant
}

/** Tells whether a key carries a scope, whatever the realm. */
export function hasScope(key: AccessKey, scope: Scope): boolean {
  return key.scopes.includes('admin') || key.scopes.includes(scope)
}

/** Tells whether a key is for this realm. */
export function coversRealm(key: AccessKey, realm: string): boolean {
  return key.realm === ALL_REALMS || key.realm === realm
}

/** What is wrong with a key secret that somebody chose, or undefined if nothing is. */
export function faultOfKeySecret(secret: string): string | undefined {
  if (!/^[\x21-\x7e]{16,512}$/.test(secret)) return 'use 16 to 512 visible ASCII characters and no spaces'
  if (secret.startsWith(TOKEN_PREFIX))
    return `a key may not begin with "${TOKEN_PREFIX}", which marks session tokens`
  return undefined
}
