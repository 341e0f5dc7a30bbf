/**
 * Keeping somebody or something out for a time.
 *
 * @module
 */
import type { SessionRecord } from './session.ts'
import type { DenyKey } from './store.ts'

/** What a denial of this kind compares, for a session there is or is to be. */
export function denyValue(session: DeniableSession, key: DenyKey): string | undefined {
  return {
    user: session.userId,
    login: session.parentId ?? (session.kind === 'login' ? session.id : undefined),
    name:
      session.name === undefined ? undefined : `${session.kind}\n${session.resource ?? ''}\n${session.name}`,
    address: session.device.ip,
  }[key]
}

/** What a denial looks at. */
export type DeniableSession = Pick<
  SessionRecord,
  'id' | 'realm' | 'userId' | 'parentId' | 'kind' | 'name' | 'resource' | 'device'
>
