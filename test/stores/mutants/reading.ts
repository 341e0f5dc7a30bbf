import type { SessionRecord } from '../../../src/core/session.ts'
import { less, type Mutation, spoil } from './mutation.ts'

/** Careless ways to list, forget and tell. */
export const READING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'lists the expired as live': (store) => ({ list: (query) => store.list({ status: 'any', ...query }) }),
  'dates an expiry when it was noticed': (store) => ({
    find: async (id) => {
      const found = await store.find(id)
      return spoil(found, (record) =>
        record.ending ? { ...record, ending: { ...record.ending, at: found?.at ?? 0 } } : record,
      )
    },
  }),
  'forgets at once': (store) => {
    const swept = new Set<string>()
    return {
      sweep: async (limit) => {
        const { items } = await store.list({ status: 'ended', limit })
        for (const { id } of items) swept.add(id)
        return items.length
      },
      find: async (id) => (swept.has(id) ? undefined : store.find(id)),
    }
  },
  'looks at the end of an id only': (store) => ({ find: (id) => store.find(`ses_${id.slice(4)}`) }),
  'lists oldest first': (store) => ({
    list: async (query) => {
      const page = await store.list(query)
      return { ...page, items: [...page.items].reverse() }
    },
  }),
  'lists a session twice across pages': (store) => {
    let last: SessionRecord | undefined
    return {
      list: async (query) => {
        const page = await store.list(query)
        const items = query.cursor !== undefined && last ? [last, ...page.items] : page.items
        last = page.items.at(-1)
        return { ...page, items }
      },
    }
  },
  'looks at the user and nothing else': (store) => ({
    list: ({ userId, limit, cursor }) =>
      store.list({
        ...(userId !== undefined && { userId }),
        ...(limit && { limit }),
        ...(cursor !== undefined && { cursor }),
      }),
  }),
  'begins again where a cursor is wrong': (store) => ({
    list: (query) => store.list(query).catch(() => store.list(less(query, 'cursor'))),
  }),
  'pages by offset': (store) => ({
    list: async ({ limit = 50, cursor, ...filter }) => {
      const { items } = await store.list({ ...filter, limit: 200 })
      const start = Number(cursor ?? 0)
      const rest = items.length > start + limit ? { nextCursor: String(start + limit) } : {}
      return { items: items.slice(start, start + limit), ...rest }
    },
  }),
  'lists users as they came': (store) => ({
    listUsers: async (query) => {
      const page = await store.listUsers(query)
      return { ...page, items: [...page.items].reverse() }
    },
  }),
  'changes roles without telling': (store) => ({
    updateUser: async (realm, id, patch, by) => {
      const user = await store.findUser(realm, id)
      const position = (await store.read(undefined, 1)).position
      return user && patch.role
        ? { user: { ...user, role: patch.role }, ended: 0, descendants: 0, position }
        : store.updateUser(realm, id, patch, by)
    },
  }),
  'withdraws a key in the answer only': (store) => ({
    withdrawKey: async (id) =>
      (await store.listKeys()).filter((key) => key.id === id).map((key) => ({ ...key, withdrawnAt: 1 }))[0],
  }),
  'adds a second key of the same name': (store) => ({
    insertKey: (key, by) => store.insertKey(key, by, false),
  }),
  'tells some things twice': (store) => ({
    read: async (after, limit) => {
      const page = await store.read(after, limit)
      return { ...page, events: page.events.flatMap((event) => [event, event]) }
    },
  }),
  'tells the hash': (store) => ({
    read: async (after, limit) => {
      const page = await store.read(after, limit)
      const records = await store.list({ status: 'any' })
      return {
        ...page,
        events: page.events.map((event) => ({ ...event, hash: records.items[0]?.tokenHash })),
      }
    },
  }),
  'never says that it forgot': (store) => ({
    read: async (after, limit) => ({ ...(await store.read(after, limit)), forgotten: false }),
  }),
  'forgets nothing of the journal': () => ({ trim: async () => 0 }),
  'answers the same position always': (store) => ({
    end: async (selector, ending, limit) => ({
      ...(await store.end(selector, ending, limit)),
      position: '1',
    }),
    advanceEpoch: async (scope, ending) => ({ ...(await store.advanceEpoch(scope, ending)), position: '1' }),
  }),
}

/** Runs a store's clock a little off. */
export const CLOCK_ERRORS: Readonly<Record<string, number>> = {
  'runs a millisecond fast': 1,
  'runs a millisecond slow': -1,
}
