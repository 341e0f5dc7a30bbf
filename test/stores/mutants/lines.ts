import { isLive } from '../../../src/core/policy.ts'
import type { SessionRecord } from '../../../src/core/session.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { less, type Mutation, spoil } from './mutation.ts'

/** Careless ways to keep lines. */
export const LINE_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'forgets which node holds a line': (store) => ({
    find: async (id) => spoil(await store.find(id), (record) => less(record, 'node')),
  }),
  'takes every line for a stranded one': (store) => ({
    stranded: (_nodes, limit) => store.stranded([], limit),
  }),
  'takes nodes with names that begin alike for the same': (store) => ({
    stranded: async (nodes, limit) => {
      const all = await store.stranded([], 1_000)
      return all.filter(({ node }) => !nodes.some((name) => node?.startsWith(name))).slice(0, limit)
    },
  }),
  'finds all stranded lines at once': (store) => ({ stranded: (nodes) => store.stranded(nodes, 1_000) }),
  'never takes a line off its list': (store) => {
    const begun: SessionRecord[] = []
    return {
      ...noting(store, begun),
      stranded: async (nodes, limit) =>
        begun.filter(({ node }) => node !== undefined && !nodes.includes(node)).slice(0, limit),
    }
  },
  'looks at the first lines of its list only': (store) => {
    const begun: SessionRecord[] = []
    return {
      ...noting(store, begun),
      stranded: async (nodes, limit) => {
        const now = await store.now()
        const meant = begun.filter(({ node }) => node !== undefined && !nodes.includes(node))
        const found = await Promise.all(meant.map(({ id }) => store.find(id)))
        const records = found.flatMap((each) => (each === undefined ? [] : [each.record]))
        return records.slice(0, limit).filter((record) => isLive(record, now))
      },
    }
  },
}

/** Notes every line that begins. */
function noting(store: SessionStore, begun: SessionRecord[]): Pick<SessionStore, 'insert'> {
  return {
    insert: async (draft, guards) => {
      const inserted = await store.insert(draft, guards)
      if (inserted.ok && inserted.record.node !== undefined) begun.push(inserted.record)
      return inserted
    },
  }
}
