/**
 * Who is online now.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { SessionStore } from '../core/store.ts'
import type { Instant } from '../core/time.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import { requireRealm, requireUserId } from './validate.ts'

/** How somebody stands. */
export interface Presence {
  readonly userId: string

  /** Whether they hold a live connection or playback, or were active within the last minute. */
  readonly online: boolean

  /** Live connections and playbacks of theirs. */
  readonly lines: number

  /** When the one of their live sessions that was used last was; absent where there is none. */
  readonly lastActiveAt?: Instant
}

/** Tells how users stand, in the order in which they are asked for. Throws `bad-request` for more than 100. */
export type ReadPresence = (userIds: readonly string[], realm?: string) => Promise<readonly Presence[]>

/** What presence is read from. */
export interface PresenceParts {
  readonly store: Pick<SessionStore, 'list' | 'count' | 'now'>

  /** Writes what is known of activity in this process. */
  readonly flush: () => Promise<void>
}

/** Makes the verb. */
export function presence({ store, flush }: PresenceParts): ReadPresence {
  async function read(realm: string, userId: string, now: Instant): Promise<Presence> {
    const whose = { realm, userId }
    const [{ items }, connections, playbacks] = await Promise.all([
      store.list({ ...whose, sort: 'active', limit: 1 }),
      store.count({ ...whose, kind: 'connection' }),
      store.count({ ...whose, kind: 'playback' }),
    ])
    const lines = connections.count + playbacks.count
    const lastActiveAt = items[0]?.lastActiveAt
    const online = lines > 0 || (lastActiveAt !== undefined && now - lastActiveAt <= RECENTLY)
    return { userId, online, lines, ...(lastActiveAt !== undefined && { lastActiveAt }) }
  }

  return async (userIds, realm = DEFAULT_REALM) => {
    requireRealm(realm)
    if (userIds.length > MOST)
      throw new RollcallError('bad-request', `Ask for ${MOST} users at the most at a time.`)
    for (const id of userIds) requireUserId(id)
    await flush()
    const now = await store.now()
    const found: Presence[] = []
    for (let start = 0; start < userIds.length; start += AT_ONCE) {
      const some = userIds.slice(start, start + AT_ONCE)
      found.push(...(await Promise.all(some.map((userId) => read(realm, userId, now)))))
    }
    return found
  }
}

/** How long ago somebody who is online without a line may have been active, in milliseconds. */
const RECENTLY = 60_000

/** Users that may be asked for at a time. */
const MOST = 100

/** Users that the store is asked about at once. */
const AT_ONCE = 10
