/**
 * Which indexes lead to what a filter means.
 *
 * @module
 */

import { partitionOf } from '../../../core/id.ts'
import type { Sort } from '../../../core/page.ts'
import { type SessionFilter, statusOf } from '../../../core/selector.ts'
import { type Access, ask, textsOf } from '../access.ts'
import { readMass } from '../entry.ts'
import { KEYS, PARTITIONS, partitionOfId, restOfId } from '../keys.ts'
import { MASS_ENDINGS } from '../scripts/reading.ts'

/** The indexes of one partition. Together they have every session that may be meant, each once. */
export interface Path {
  readonly partition: string
  readonly indexes: readonly string[]

  /** What the indexes are in order of. */
  readonly order: Sort
}

/** A filter whose realm is said. */
export type Wanted = SessionFilter & { readonly realm: string }

/** The narrowest paths to what is meant. */
export async function pathsTo(access: Access, filter: Wanted): Promise<readonly Path[]> {
  const { realm, userId, parentId, resource } = filter
  const sides = sidesOf(filter)
  if (parentId !== undefined) {
    const partition = partitionOfId(parentId)
    const keys = [KEYS.openOfParent, KEYS.closedOfParent].map((key) => key(restOfId(parentId)))
    return partition === undefined ? [] : [{ partition, indexes: keys.slice(0, sides), order: 'issued' }]
  }
  if (userId !== undefined) {
    const partition = partitionOf({ realm, userId })
    const keys = [KEYS.openOfUser, KEYS.closedOfUser].map((key) => key(realm, userId))
    const doomed = sides === 1 ? [] : await doomedOf(access, partition, realm, userId)
    return [{ partition, indexes: [...keys.slice(0, sides), ...doomed], order: 'issued' }]
  }
  const keys =
    resource === undefined
      ? [KEYS.openOfRealm(realm), KEYS.closedOfRealm(realm)]
      : [KEYS.openOfResource(realm, resource), KEYS.closedOfResource(realm, resource)]
  return everywhere(keys.slice(0, sides), 'issued')
}

/** The paths in order of activity: wider, since only a realm has them. */
export function pathsByActivity(filter: Wanted): readonly Path[] {
  const { realm, userId, parentId } = filter
  const indexes = [KEYS.openByActivity(realm), KEYS.closedByActivity(realm)].slice(0, sidesOf(filter))
  const partition =
    parentId === undefined
      ? userId === undefined
        ? undefined
        : partitionOf({ realm, userId })
      : partitionOfId(parentId)
  const paths = everywhere(indexes, 'active')
  return partition === undefined ? paths : paths.filter((path) => path.partition === partition)
}

function everywhere(indexes: readonly string[], order: Sort): readonly Path[] {
  return PARTITIONS.map((partition) => ({ partition, indexes, order }))
}

/** A live session is open; one that is over may be open still, since time and epochs write no endings. */
function sidesOf(filter: SessionFilter): 1 | 2 {
  return statusOf(filter) === 'live' ? 1 : 2
}

/** What mass endings have taken from among the open sessions of a user, and no tidying has put among the closed. */
async function doomedOf(
  access: Access,
  partition: string,
  realm: string,
  user: string,
): Promise<readonly string[]> {
  const texts = textsOf(await ask(access, MASS_ENDINGS, partition, { realm, user }))
  return texts.map((text) => KEYS.doomed(readMass(partition, text).count))
}
