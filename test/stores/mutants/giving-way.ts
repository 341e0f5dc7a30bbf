import { REVOKED } from '../../../src/testing/contract/workbench.ts'
import { less, type Mutation } from './mutation.ts'

/** Careless ways to make room. */
export const GIVING_WAY_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'names only the first in its way': (store) => ({
    insert: async (draft, guards) => {
      const done = await store.insert(draft, guards)
      return done.ok || done.inTheWay === undefined ? done : { ...done, inTheWay: done.inTheWay.slice(0, 1) }
    },
  }),
  'counts all kinds together': (store) => ({
    insert: async (draft, guards) => {
      const { count } = await store.count({ realm: draft.realm, userId: draft.userId ?? '' })
      const full = guards.limit?.atLimit === 'refuse' && count >= guards.limit.sessions
      return full ? { ok: false, code: 'limit-reached' } : store.insert(draft, guards)
    },
  }),
  'counts what is over as well': (store) => ({
    insert: async (draft, guards) => {
      const { items } = await store.list({ userId: draft.userId ?? '', status: 'any', limit: 200 })
      const done = await store.insert(draft, guards)
      const oldest = items.at(-1)
      return done.ok && guards.limit && oldest && items.length >= guards.limit.sessions
        ? { ...done, gaveWay: [...new Set([...done.gaveWay, oldest.id])] }
        : done
    },
  }),
  'makes room for one, however few are allowed': (store) => ({
    insert: async (draft, guards) => {
      const done = await store.insert(draft, guards)
      return done.ok ? { ...done, gaveWay: done.gaveWay.slice(0, 1) } : done
    },
  }),
  'does not say for whom one gave way': (store) => ({
    find: async (id) => {
      const found = await store.find(id)
      const ending = found?.record.ending
      return found && ending?.reason === 'evicted'
        ? {
            ...found,
            record: { ...found.record, ending: { ...ending, by: { kind: 'system', id: 'limit' } } },
          }
        : found
    },
  }),
  'makes room before it begins, in another write': (store) => ({
    insert: async (draft, guards) => {
      const { items } = await store.list({ userId: draft.userId ?? '', kind: draft.kind, limit: 200 })
      if (guards.limit === undefined || guards.limit.atLimit === 'refuse') return store.insert(draft, guards)
      const ids = items.slice(Math.max(0, guards.limit.sessions - 1)).map(({ id }) => id)
      await store.end({ realm: draft.realm, ids }, { ...REVOKED, reason: 'evicted' }, 200)
      const done = await store.insert(draft, less(guards, 'limit'))
      return done.ok ? { ...done, gaveWay: ids } : done
    },
  }),
  'looks for the label before it writes, and not while': (store) => ({
    insert: async (draft, guards) => {
      const { replaces } = guards
      if (replaces === undefined || !('label' in replaces)) return store.insert(draft, guards)
      const { items } = await store.list({ userId: draft.userId ?? '', kind: draft.kind, ...replaces })
      const ids = items.map(({ id }) => id)
      await store.end({ realm: draft.realm, ids }, { ...REVOKED, reason: 'replaced' }, 200)
      const done = await store.insert(draft, less(guards, 'replaces'))
      return done.ok ? { ...done, gaveWay: ids } : done
    },
  }),
  'looks at the label and at nothing else': (store) => ({
    insert: async (draft, guards) => {
      if (guards.replaces && 'label' in guards.replaces) {
        const { items } = await store.list({ realm: draft.realm, ...guards.replaces })
        await store.end({ realm: draft.realm, ids: items.map(({ id }) => id) }, REVOKED, 200)
      }
      return store.insert(draft, guards)
    },
  }),
}
