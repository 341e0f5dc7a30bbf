import type { SessionRecord } from '../../../src/core/session.ts'
import { less, type Mutation, spoil } from './mutation.ts'

/** Careless ways to begin, end and change. */
export const WRITING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'loses the data beside a session': (store) => ({
    insert: (draft, guards) => store.insert(less(draft, 'data'), guards),
  }),
  'writes absent fields as undefined': (store) => ({
    find: async (id) =>
      spoil(await store.find(id), (record) => ({ name: undefined, ...record }) as SessionRecord),
  }),
  'finds something for every id': (store) => ({
    find: async (id) =>
      (await store.find(id)) ?? { record: (await store.list({})).items[0] as SessionRecord, at: 0 },
  }),
  'takes the second of issue for a stamp, shared or not': (store) => ({
    insert: async (draft, guards) => {
      const done = await store.insert(draft, guards)
      return done.ok
        ? { ...done, record: { ...done.record, stamp: Math.floor(done.record.issuedAt / 1000) } }
        : done
    },
  }),
  'forgets what is said of the user': (store) => ({
    insert: (draft, guards) => store.insert(draft, less(guards, 'user')),
  }),
  'bans in name only': (store) => ({
    updateUser: (realm, id, patch, by) => store.updateUser(realm, id, { ...less(patch, 'banned') }, by),
  }),
  'asks no parent': (store) => ({
    insert: (draft, guards) => store.insert(less(draft, 'parentId'), guards),
  }),
  'asks for no name': (store) => ({
    insert: (draft, guards) => store.insert(less(draft, 'name'), guards),
  }),
  'checks names before it writes, and not while': (store) => ({
    insert: async (draft, guards) => {
      const { items } = await store.list({
        realm: draft.realm,
        resource: draft.resource ?? '',
        status: 'any',
      })
      const taken = draft.name !== undefined && items.some(({ name }) => name === draft.name)
      return taken ? { ok: false, code: 'name-taken' } : store.insert(draft, guards)
    },
  }),
  'counts before it writes, and not while': (store) => ({
    insert: async (draft, guards) => {
      const { count } = await store.count({ realm: draft.realm, userId: draft.userId ?? '' })
      const full = guards.limit !== undefined && count >= guards.limit.sessions
      return full ? { ok: false, code: 'limit-reached' } : store.insert(draft, less(guards, 'limit'))
    },
  }),
  'lets the oldest give way, whatever was asked': (store) => ({
    insert: (draft, guards) =>
      store.insert(
        draft,
        guards.limit ? { ...guards, limit: { ...guards.limit, atLimit: 'evict-oldest' } } : guards,
      ),
  }),
  'lets nothing give way': (store) => ({
    insert: (draft, guards) => store.insert(draft, less(guards, 'replaces')),
  }),
  'changes the user, then refuses': (store) => ({
    insert: async (draft, guards) => {
      await store.updateUser(draft.realm, draft.userId ?? '', { ...guards.user }, guards.by)
      return store.insert(draft, guards)
    },
  }),
  'denies nobody': (store) => ({
    end: (selector, ending, limit) => store.end(selector, less(ending, 'deny'), limit),
    advanceEpoch: (scope, ending) => store.advanceEpoch(scope, less(ending, 'deny')),
  }),
  'says it ended what was over': (store) => ({
    end: async (selector, ending, limit) => {
      const before = 'id' in selector ? await store.find(selector.id) : undefined
      const done = await store.end(selector, ending, limit)
      return done.ended.length === 0 && before ? { ...done, ended: [before.record] } : done
    },
  }),
  'ends no children': (store) => ({
    end: async (selector, ending, limit) => ({
      ...(await store.end(selector, ending, limit)),
      descendants: [],
    }),
  }),
  'ends by user where it was told to end by id': (store) => ({
    end: async (selector, ending, limit) => {
      const ids = 'ids' in selector ? selector.ids : 'id' in selector ? [selector.id] : []
      const found = await store.find(ids[0] ?? '')
      const userId = found?.record.userId
      if (userId === undefined) return store.end(selector, ending, limit)
      const { items } = await store.list({ realm: selector.realm, userId })
      return store.end({ realm: selector.realm, ids: items.map(({ id }) => id) }, ending, limit)
    },
  }),
  'ends one after the other': (store) => ({
    end: async (selector, ending, limit) => {
      if (!('ids' in selector)) return store.end(selector, ending, limit)
      const batches = []
      for (const id of new Set(selector.ids))
        batches.push(await store.end({ realm: selector.realm, id }, ending, limit))
      const ended = batches.flatMap((batch) => batch.ended)
      return {
        ended,
        descendants: batches.flatMap((batch) => batch.descendants),
        position: batches.at(-1)?.position ?? '0',
      }
    },
  }),
  'notes no use': () => ({ touch: async () => undefined }),
  'ends without a bound': (store) => ({
    end: (selector, ending) => store.end(selector, ending, 1_000),
    expire: () => store.expire(1_000),
  }),
  'writes a session back when it is used late': (store) => {
    const revived = new Map<string, SessionRecord>()
    return {
      touch: async (activity) => {
        await store.touch(activity)
        for (const { id } of activity) {
          const found = await store.find(id)
          if (found?.record.ending) revived.set(id, less(found.record, 'ending'))
        }
      },
      find: async (id) => spoil(await store.find(id), (record) => revived.get(id) ?? record),
    }
  },
  'replaces whatever the revision': (store) => ({
    replace: async (record) => {
      const found = await store.find(record.id)
      return store.replace({ ...record, revision: found?.record.revision ?? 0 })
    },
  }),
  'moves activity back as well': (store) => {
    const last = new Map<string, number>()
    return {
      touch: async (activity) => {
        await store.touch(activity)
        for (const { id, ago } of activity) last.set(id, (await store.now()) - ago)
      },
      find: async (id) =>
        spoil(await store.find(id), (record) => ({
          ...record,
          lastActiveAt: last.get(id) ?? record.lastActiveAt,
        })),
    }
  },
  'ends the sessions it can list, and takes that for all': (store) => ({
    advanceEpoch: async ({ realm, userId }, ending) => {
      const { items } = await store.list({ realm, ...(userId !== undefined && { userId }), topLevel: true })
      const ids = items.map(({ id }) => id)
      const { ended, descendants, position } = await store.end({ realm, ids }, ending, 1_000)
      return { ended: ended.length, descendants: descendants.length, position }
    },
  }),
  'ends everything of a realm where one user was meant': (store) => ({
    advanceEpoch: ({ realm }, ending) => store.advanceEpoch({ realm }, ending),
  }),
  'ends nothing where everything was meant': (store) => ({
    advanceEpoch: async (scope, ending) =>
      scope.userId === undefined
        ? { ended: 0, descendants: 0, position: '1' }
        : store.advanceEpoch(scope, ending),
  }),
  'keeps nobody': (store) => ({
    advanceEpoch: (scope, ending) => store.advanceEpoch(less(scope, 'except'), ending),
  }),
  'keeps whoever is named': (store) => ({
    advanceEpoch: async (scope, ending) => {
      const kept = scope.except === undefined ? undefined : await store.find(scope.except)
      if (kept === undefined || kept.record.ending || kept.record.userId !== scope.userId)
        return { ended: 0, descendants: 0, position: '1' }
      return store.advanceEpoch(scope, ending)
    },
  }),
  'ends what comes after, too': (store) => {
    let ended = false
    return {
      advanceEpoch: (scope, ending) => {
        ended = true
        return store.advanceEpoch(scope, ending)
      },
      list: async (query) => (ended ? { items: [] } : store.list(query)),
    }
  },
  'tells nothing behind a mass ending': () => ({ tidy: async () => 0 }),
  'names the last mass ending, not the first': (store) => ({
    find: async (id) =>
      spoil(await store.find(id), (record) =>
        record.ending?.reason === 'logout'
          ? { ...record, ending: { ...record.ending, reason: 'revoked' } }
          : record,
      ),
  }),
  'calls everything revoked': (store) => ({
    find: async (id) =>
      spoil(await store.find(id), (record) =>
        record.ending ? { ...record, ending: { ...record.ending, reason: 'revoked' } } : record,
      ),
  }),
}
