/**
 * Users, as people read them.
 *
 * @module
 */
import type { WireUser } from '../protocol/shapes.ts'
import type { Drawing } from './session-view.ts'
import { drawFacts, drawTable } from './table.ts'

/** Draws users as a table. */
export function drawUsers(users: readonly WireUser[], { colour }: Drawing): string {
  return drawTable(
    users,
    [
      { head: 'ID', cell: ({ id }) => id, most: 64 },
      { head: 'NAME', cell: ({ displayName }) => displayName, most: 40 },
      { head: 'ROLE', cell: ({ role }) => role },
      { head: 'BANNED', cell: banOf, most: 60 },
    ],
    colour,
  )
}

/** Draws all that is known of one user. */
export function drawUser(user: WireUser, { colour }: Drawing): string {
  return drawFacts(
    [
      ['id', user.id],
      ['name', user.displayName],
      ['role', user.role],
      ['realm', user.realm],
      ['banned', banOf(user)],
    ],
    colour,
  )
}

function banOf({ banned, banReason }: WireUser): string | undefined {
  return banned ? (banReason ?? 'yes') : undefined
}
