/**
 * Everything that a store keeps, in pieces that another store takes in: for moving from one to another.
 *
 * @module
 */
import type { AccessKey } from './access-key.ts'
import type { Denial } from './denial.ts'
import { endingOf } from './policy.ts'
import type { SessionRecord } from './session.ts'
import type { Instant } from './time.ts'
import type { SecretHash } from './token.ts'
import type { UserRecord } from './user.ts'

/**
 * One thing that is kept. Sessions are in truth: with the ending that an epoch or time brought to them. So the epochs of
 * sessions and users are 0 here, and begin anew where they are taken in. The journal does not travel.
 */
export type Portable =
  | { readonly kind: 'user'; readonly user: UserRecord; readonly lastStamp: number }
  | { readonly kind: 'session'; readonly session: SessionRecord }
  | { readonly kind: 'denial'; readonly denial: Denial }
  | { readonly kind: 'key'; readonly key: AccessKey; readonly hash: SecretHash }

/** A piece of everything, and where the next one begins. */
export interface PortablePage {
  readonly items: readonly Portable[]

  /** Hand it back for the next piece; absent after the last. */
  readonly next?: string
}

/** Giving everything away, and taking it in. */
export interface PortableStore {
  /**
   * Reads everything in pieces, each thing once, users before their sessions and parents before their children. What
   * changes meanwhile may be in its earlier or its later state.
   */
  dump(after: string | undefined, limit: number): Promise<PortablePage>

  /**
   * Takes in what is not there yet, by id, as it is; what is there stays. Returns how many things were new.
   *
   * Nothing of this is told in the journal. Serials and stamps that are given later are greater than those taken in.
   */
  adopt(items: readonly Portable[]): Promise<number>
}

/** A user, as it travels. */
export function portableUser(user: UserRecord, lastStamp: number): Portable {
  return { kind: 'user', user: { ...user, epoch: 0 }, lastStamp }
}

/**
 * A session, as it travels: in truth at a moment. `session` and `parent` come with what an epoch ended; that time, or the
 * end of the login above, has ended it is put in here.
 */
export function portableSession(
  session: SessionRecord,
  parent: SessionRecord | undefined,
  at: Instant,
): Portable {
  const above = parent && endingOf(parent, at)
  const ending =
    endingOf(session, at) ??
    (above && {
      at: above.at,
      reason: 'parent-ended' as const,
      by: { kind: 'system' as const, id: 'parent' },
    })
  return { kind: 'session', session: { ...session, realmEpoch: 0, userEpoch: 0, ...(ending && { ending }) } }
}
