/**
 * Finding one session.
 *
 * @module
 */
import type { Found } from '../../../core/store.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, listOf } from '../access.ts'
import { partitionOfId, restOfId } from '../keys.ts'
import { readSession, readUser } from '../record.ts'
import { FIND } from '../scripts/reading.ts'
import { type Epochs, epochsOf, truthOf } from './truth.ts'

/** Finds a session by id, over or not. */
export type Find = (id: string) => Promise<Found | undefined>

/**
 * Prepares to find sessions: in one round trip, once it has met one of their realm. The epoch of the realm is read
 * beside the session, where it is at home.
 */
export function finderOf(access: Access): Find {
  const epochs = epochsOf(access)
  const realms = new Set<string>()

  return async (id) => {
    const partition = partitionOfId(id)
    if (partition === undefined) return undefined
    const supposed = new Map([...realms].map((realm) => [realm, held(epochs.of(realm))]))
    const answer = await ask(access, FIND, partition, { rest: restOfId(id) })
    if (answer === null) return undefined
    const [now, session, owner, parent] = listOf(answer)
    const record = readSession(partition, restOfId(id), String(session))
    const user = readOwner(record, owner)
    const realmEpoch = await (supposed.get(record.realm)?.() ?? epochs.of(record.realm))
    remember(realms, record.realm)
    const truth = truthOf(access)
    const resolved = await truth.resolve(record, user, realmEpoch)
    const under =
      record.parentId === undefined || parent === ''
        ? undefined
        : readSession(partition, restOfId(record.parentId), String(parent))
    return {
      record: resolved,
      at: Number(now),
      ...(user && { user }),
      ...(under && { parent: await truth.resolve(under, user, realmEpoch) }),
    }
  }
}

/** Realms whose epochs are read on the chance that the session is one of theirs. */
const SUPPOSED = 4

/** Keeps the realms that were met last. */
function remember(realms: Set<string>, realm: string): void {
  realms.delete(realm)
  realms.add(realm)
  const [oldest] = realms
  if (realms.size > SUPPOSED && oldest !== undefined) realms.delete(oldest)
}

/** A reading that may fail, or not be needed, before anybody waits for it. */
function held(reading: ReturnType<Epochs['of']>): () => Promise<number> {
  reading.catch(() => {})
  return () => reading
}

function readOwner(
  { realm, userId }: { readonly realm: string; readonly userId?: string },
  text: unknown,
): UserRecord | undefined {
  return userId === undefined || text === '' ? undefined : readUser(realm, userId, String(text))
}
