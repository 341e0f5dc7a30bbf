import { FILTER_FIELDS } from '../../../src/testing/contract/population.ts'
import { less, type Mutation } from './mutation.ts'

const BLIND = Object.fromEntries(
  FILTER_FIELDS.map((field): readonly [string, Mutation] => [
    `does not look at the ${field} of a filter`,
    (store) => ({
      list: (query) => store.list(less(query, field)),
      count: (filter) => store.count(less(filter, field)),
    }),
  ]),
)

/** Careless ways to search and to count. */
export const SEARCHING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...BLIND,
  'lists users whether they are there or not': (store) => ({
    listUsers: (query) => store.listUsers(less(query, 'holding')),
  }),
  'knows one order': (store) => ({ list: (query) => store.list(less(query, 'sort')) }),
  'counts a page and takes it for all': (store) => ({
    count: async (filter) => ({
      count: (await store.list({ ...filter, limit: 200 })).items.length,
      exact: true,
    }),
  }),
  'estimates what it could count': (store) => ({
    count: async (filter) => ({ ...(await store.count(filter)), exact: false }),
  }),
  'ends by the ids it was given, whatever they have become': (store) => ({
    end: (selector, ending, limit) =>
      store.end('ids' in selector ? less(selector, 'filter') : selector, ending, limit),
  }),
  'forgets by when it happened, not by when it was told': (store) => ({
    trim: async ({ entries, age }) => {
      const { events } = await store.read('0', 1_000)
      const oldest = (await store.now()) - age
      const kept = events.filter(({ at }) => at >= oldest).length
      return store.trim({ entries: Math.min(entries, kept), age: Number.MAX_SAFE_INTEGER })
    },
  }),
  'forgets one entry too many': (store) => ({
    trim: ({ entries, age }) => store.trim({ entries: entries - 1, age }),
  }),
  'knows one bound of the journal, its size': (store) => ({
    trim: ({ entries }) => store.trim({ entries, age: Number.MAX_SAFE_INTEGER }),
  }),
}
