import { DENY_KEYS, type Denial } from '../../../src/core/denial.ts'
import type { SessionDraft, SessionStore } from '../../../src/core/store.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { less, type Mutation } from './mutation.ts'

/** Careless ways to keep somebody out. */
export const DENYING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'keeps out only once the end is done': (store) => {
    const out = new Map<string, number>()
    return {
      end: async (selector, ending, limit) => {
        const done = await store.end(selector, less(ending, 'deny'), limit)
        const until = (await store.now()) + (ending.deny?.span ?? 0)
        if (ending.deny) for (const { userId = '' } of done.ended) out.set(userId, until)
        return done
      },
      insert: async (draft, guards) => {
        const until = out.get(draft.userId ?? '') ?? 0
        return until > (await store.now())
          ? { ok: false, code: 'denied', until }
          : store.insert(draft, guards)
      },
    }
  },
  'keeps out of every realm': (store) =>
    asking(store, ({ key, value }, { userId }) => key === 'user' && value === userId),
  'takes the beginning of a user for the user': (store) =>
    asking(store, ({ key, value }, { userId }) => key === 'user' && value.startsWith(userId ?? '-')),
  'keeps out everything of what it was to keep out a part of': (store) => ({
    end: (selector, ending, limit) =>
      store.end(
        selector,
        { ...ending, ...(ending.deny && { deny: { ...ending.deny, keys: DENY_KEYS } }) },
        limit,
      ),
  }),
  'keeps out for longer than it was told to': (store) => ({
    end: (selector, { deny, ...ending }, limit) =>
      store.end(selector, { ...ending, ...(deny && { deny: { ...deny, span: 2 * deny.span } }) }, limit),
  }),
  'keeps out for the later of two times, not the longer': (store) => ({
    advanceEpoch: async (scope, ending) => {
      const { items } = await store.listDenials({ realm: scope.realm, limit: 100 })
      if (ending.deny)
        for (const { id, value } of items)
          if (value === scope.userId) await store.liftDenial(scope.realm, id, ending.by)
      return store.advanceEpoch(scope, ending)
    },
  }),
  'keeps out where it ended nothing': (store) => ({
    end: async (selector, ending, limit) => {
      const done = await store.end(selector, ending, limit)
      if (done.ended.length > 0 || ending.deny === undefined) return done
      const draft = draftOf({ userId: 'bob', kind: 'playback' })
      await store.insert(draft, { by: TESTER })
      return store.end({ realm: 'default', id: draft.id }, ending, limit)
    },
  }),
  'keeps out only of what it ended': (store) => ({
    end: async (selector, ending, limit) => {
      const ids = 'id' in selector ? [selector.id] : 'ids' in selector ? selector.ids : []
      const found = await Promise.all(ids.map((id) => store.find(id)))
      const live = found.some((each) => each?.record.ending === undefined)
      return store.end(selector, live ? ending : less(ending, 'deny'), limit)
    },
  }),
  'lifts in the answer only': (store) => ({
    liftDenial: async (realm, id) =>
      (await store.listDenials({ realm, limit: 100 })).items.find((denial) => denial.id === id),
  }),
  'lifts in whatever realm': (store) => ({
    liftDenial: (_realm, id, by) => store.liftDenial('default', id, by),
  }),
  'lists denials without a bound': (store) => ({
    listDenials: (query) => store.listDenials({ ...less(query, 'after'), limit: 1_000 }),
  }),
  'tells of no denial': (store) => ({
    read: async (after, limit) => {
      const page = await store.read(after, limit)
      return { ...page, events: page.events.filter(({ type }) => !type.startsWith('denial.')) }
    },
  }),
}

function asking(
  store: SessionStore,
  hits: (denial: Denial, draft: SessionDraft) => boolean,
): Partial<SessionStore> {
  return {
    insert: async (draft, guards) => {
      const { items } = await store.listDenials({ realm: 'default', limit: 100 })
      const hit = items.find((denial) => hits(denial, draft))
      return hit ? { ok: false, code: 'denied', until: hit.until } : store.insert(draft, guards)
    },
  }
}
