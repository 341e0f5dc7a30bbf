/**
 * Who and what is kept out, and letting them in again.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { badCursor, DEFAULT_LIMIT, MAX_LIMIT } from '../core/page.ts'
import type { SessionStore } from '../core/store.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { Denials } from './administration.ts'
import { LIBRARY } from './library.ts'

/** Makes the denials' part of the engine. */
export function denials(store: SessionStore, wrote: () => void): Denials {
  return {
    list({ realm = DEFAULT_REALM, limit = DEFAULT_LIMIT, cursor } = {}) {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw badCursor()
      const size = Math.min(limit, MAX_LIMIT)
      return store.listDenials({ realm, limit: size, ...(cursor !== undefined && { after: cursor }) })
    },

    async lift(id, { realm = DEFAULT_REALM, by = LIBRARY } = {}) {
      const denial = await store.liftDenial(realm, id, by).finally(wrote)
      if (denial !== undefined) return denial
      throw new RollcallError('not-found', 'There is no such denial here. It may be over already.')
    },
  }
}
