import type { RollcallEvent } from '../../src/core/events.ts'
import type { SessionRecord } from '../../src/core/session.ts'
import type { Found, JournalPage, SessionStore } from '../../src/core/store.ts'
import { less, type Mutation, spoil } from '../stores/mutants/mutation.ts'

const alive = (record: SessionRecord): SessionRecord => less(record, 'ending')

/** Passes every entry of the journal that a node or a reader gets to see. */
const retold =
  (change: (event: RollcallEvent) => readonly RollcallEvent[]): Mutation =>
  (store) => ({
    read: async (after, limit): Promise<JournalPage> => {
      const page = await store.read(after, limit)
      return { ...page, events: page.events.flatMap(change) }
    },
  })

const found =
  (change: (record: SessionRecord, found: Found) => SessionRecord): Mutation =>
  (store) => ({
    find: async (id) => {
      const one = await store.find(id)
      return one && spoil(one, (record) => change(record, one))
    },
  })

/** Careless engines and stores, each careless in one way. */
export const MUTANTS: Readonly<Record<string, Mutation>> = {
  'revives what is used after its end': (store) => {
    const revived = new Set<string>()
    return {
      touch: async (activity) => {
        for (const { id } of activity) revived.add(id)
        return store.touch(activity)
      },
      find: async (id) => spoil(await store.find(id), (record) => (revived.has(id) ? alive(record) : record)),
    }
  },
  'forgives no predecessor': (store) => ({
    rotate: ({ successor, ...rest }) =>
      store.rotate({ ...rest, ...(successor && { successor: { ...successor, grace: 0 } }) }),
  }),
  'forgives predecessors for twice as long': (store) => ({
    rotate: ({ successor, ...rest }) =>
      store.rotate({
        ...rest,
        ...(successor && { successor: { ...successor, grace: 2 * successor.grace } }),
      }),
  }),
  'compares no epoch until the single endings are written': (store) => {
    const untidy = new Set<number>()
    return {
      advanceEpoch: async (scope, ending) => {
        untidy.add(await store.now())
        return store.advanceEpoch(scope, ending)
      },
      tidy: async (limit) => {
        untidy.clear()
        return store.tidy(limit)
      },
      find: async (id) =>
        spoil(await store.find(id), (record) =>
          record.ending && untidy.has(record.ending.at) ? alive(record) : record,
        ),
    }
  },
  'lets one more in than the limit': (store) => ({
    insert: (draft, { limit, ...guards }) =>
      store.insert(draft, { ...guards, ...(limit && { limit: { ...limit, sessions: limit.sessions + 1 } }) }),
  }),
  'evicts the oldest where the idlest is to go': (store) => ({
    insert: (draft, { limit, ...guards }) =>
      store.insert(draft, {
        ...guards,
        ...(limit && {
          limit: limit.atLimit === 'evict-idlest' ? { ...limit, atLimit: 'evict-oldest' as const } : limit,
        }),
      }),
  }),
  'drops nothing at hand when the journal says that it is over': (store) => ({
    read: async (after, limit) => {
      const page = await store.read(after, limit)
      if (new Error().stack?.includes('follower.ts') !== true) return page
      return { ...page, events: page.events.filter(({ type }) => !type.endsWith('.ended')) }
    },
  }),
  'never erases a salt': () => ({ eraseSalts: async () => 0 }),
  'keeps no activity, and so ends early what is in use': () => ({ touch: async () => undefined }),
  'grants silence no time to be written': found((record, { at }) =>
    record.ending === undefined && at >= (record.idleExpiresAt ?? at + 1)
      ? {
          ...record,
          ending: { at: record.idleExpiresAt ?? at, reason: 'idle', by: { kind: 'system', id: 'expiry' } },
        }
      : record,
  ),
  'tells of no theft': retold((event) => (event.type === 'token.reused' ? [] : [event])),
  'tells of an ending twice': retold((event) =>
    event.type === 'session.ended' && event.reason === 'evicted' ? [event, event] : [event],
  ),
  'says evicted of what was replaced': retold((event) =>
    event.type === 'session.ended' && event.reason === 'replaced'
      ? [{ ...event, reason: 'evicted' }]
      : [event],
  ),
  'dates an expiry when it was noticed': (store) => ({
    find: async (id) => {
      const one = await store.find(id)
      return spoil(one, (record) =>
        record.ending?.reason === 'expired' && one
          ? { ...record, ending: { ...record.ending, at: one.at } }
          : record,
      )
    },
  }),
  'bans in name only': (store) => ({
    updateUser: (realm, id, patch, by) => store.updateUser(realm, id, less(patch, 'banned'), by),
  }),
  'keeps nobody out': (store) => ({
    end: (selector, ending, limit) => store.end(selector, less(ending, 'deny'), limit),
  }),
  'forgives after a change of role': (store) => ({
    find: async (id) => {
      const one = await store.find(id)
      return one && spoil(one, (record) => (one.user ? { ...record, tokenRole: one.user.role } : record))
    },
  }),
  'lets children outlive their parents': found((record) =>
    record.ending?.reason === 'parent-ended' ? alive(record) : record,
  ),
  'moves the absolute expiry when a token is refreshed': (store) => ({
    rotate: async (rotation) => {
      const rotated = await store.rotate(rotation)
      if (rotated.outcome !== 'rotated') return rotated
      return { ...rotated, record: { ...rotated.record, expiresAt: rotated.record.expiresAt + 1 } }
    },
  }),
  'forgets tombstones at once': (store) => ({
    find: async (id) => {
      const one = await store.find(id)
      return one?.record.ending ? undefined : one
    },
  }),
}

/** Puts a careless part between nodes and store. */
export function careless(mutation: Mutation): (store: SessionStore) => SessionStore {
  return (store) => ({ ...store, ...mutation(store) })
}
