/**
 * Users: role, ban, and what a ban ends.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { badCursor, DEFAULT_LIMIT } from '../core/page.ts'
import { DEFAULT_REALM, ROLES, toUser } from '../core/user.ts'
import type { Users } from './administration.ts'
import { type EndParts, toEnded } from './end.ts'
import { LIBRARY } from './library.ts'
import { requireOneOf, requireText } from './validate.ts'
import { waiter } from './waiting.ts'

/** Makes the users' part of the engine. */
export function users({ store, cache, wrote, receipts }: EndParts): Users {
  return {
    async get(id, realm = DEFAULT_REALM) {
      const record = await store.findUser(realm, id)
      return record && toUser(record)
    },

    async list({ realm = DEFAULT_REALM, limit = DEFAULT_LIMIT, cursor, holding } = {}) {
      const page = await store.listUsers({
        realm,
        limit,
        ...(cursor !== undefined && { after: fromCursor(cursor) }),
        ...(holding !== undefined && { holding }),
      })
      const items = page.items.map(toUser)
      return page.nextCursor === undefined ? { items } : { items, nextCursor: toCursor(page.nextCursor) }
    },

    async update(id, patch, { realm = DEFAULT_REALM, by = LIBRARY, ...waiting } = {}) {
      const waits = waiter({ store, receipts }, waiting)
      if (patch.displayName !== undefined) requireText(patch.displayName, 'display name', 256)
      if (patch.banReason !== undefined) requireText(patch.banReason, 'reason', 256)
      if (patch.role !== undefined) requireOneOf(patch.role, 'role', ROLES)
      cache.dropUser(realm, id)
      const updated = await waits.store.updateUser(realm, id, patch, by).finally(() => {
        cache.dropUser(realm, id)
        wrote()
      })
      if (updated === undefined)
        throw new RollcallError(
          'not-found',
          'There is no such user. A user comes into being with the first session.',
        )
      const { user, ended, descendants, position } = updated
      return waits.settle({ user: toUser(user), ...toEnded({ ended, descendants, position }) })
    },
  }
}

function toCursor(id: string): string {
  return encodeURIComponent(id)
}

function fromCursor(cursor: string): string {
  try {
    return decodeURIComponent(cursor)
  } catch {
    throw badCursor()
  }
}
