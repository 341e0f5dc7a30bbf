/**
 * Keeping somebody or something out for a time.
 *
 * @module
 */
import type { Page } from './page.ts'
import type { Actor, SessionRecord } from './session.ts'
import type { Instant } from './time.ts'

/** What may be kept out. */
export type DenyKey = 'user' | 'login' | 'name' | 'address'

/** Every one of them. */
export const DENY_KEYS: readonly DenyKey[] = ['user', 'login', 'name', 'address']

/** Somebody or something that is kept out of a realm. */
export interface Denial {
  readonly id: string
  readonly realm: string
  readonly key: DenyKey

  /** A user's id, a login's id, an address; of a name: kind, resource and name, with spaces between. */
  readonly value: string

  /** When it began, and until when it holds. */
  readonly at: Instant
  readonly until: Instant
  readonly by: Actor
}

/** Who and what is kept out. */
export interface DenialStore {
  /** Lists what is kept out of a realm now, oldest first. */
  listDenials(query: DenialQuery): Promise<Page<Denial>>

  /** Lets somebody or something in again. Answers undefined where there is no such denial, or no longer. */
  liftDenial(realm: string, id: string, by: Actor): Promise<Denial | undefined>
}

/** Asks for a page of denials. */
export interface DenialQuery {
  readonly realm: string
  readonly limit: number

  /** The id after which to go on. */
  readonly after?: string
}

/** What a denial of this kind compares, for a session there is or is to be. */
export function denyValue(session: DeniableSession, key: DenyKey): string | undefined {
  return {
    user: session.userId,
    login: session.parentId ?? (session.kind === 'login' ? session.id : undefined),
    name:
      session.name === undefined ? undefined : `${session.kind} ${session.resource ?? ''} ${session.name}`,
    address: session.device.ip,
  }[key]
}

/** What a denial looks at. */
export type DeniableSession = Pick<
  SessionRecord,
  'id' | 'realm' | 'userId' | 'parentId' | 'kind' | 'name' | 'resource' | 'device'
>
