import type { Predecessor, SessionRecord } from '../../../src/core/session.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import type { SecretHash } from '../../../src/core/token.ts'
import { DAY } from '../../../src/testing/contract/workbench.ts'
import { less, type Mutation, spoil } from './mutation.ts'

/** Careless ways to exchange tokens. */
export const ROTATING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'looks at the token before it writes, and not while': (store) => ({
    rotate: async (rotation) => {
      const before = await store.find(rotation.id)
      if (before?.record.tokenHash !== rotation.presented) return store.rotate(rotation)
      const answer = await store.rotate(rotation)
      if (answer.outcome !== 'standing') return answer
      const presented = (await store.find(rotation.id))?.record.tokenHash ?? rotation.presented
      return store.rotate({ ...rotation, presented })
    },
  }),
  'tells the loser of a race nothing': (store) => ({
    rotate: async (rotation) => less(await store.rotate(rotation), 'salt'),
  }),
  'signs the loser of a race out': (store) => ({
    rotate: async (rotation) => {
      const answer = await store.rotate(rotation)
      if (answer.outcome !== 'standing' || answer.salt === undefined) return answer
      await store.end(
        { realm: 'default', id: rotation.id },
        { reason: 'reused', by: { kind: 'system', id: 'refresh' } },
        1,
      )
      return { outcome: 'ended', record: answer.record }
    },
  }),
  'forgives for good': (store) => ({
    rotate: async (rotation) => {
      const record = (await store.find(rotation.id))?.record
      const known = record?.predecessors?.find(({ hash }) => hash === rotation.presented)
      return record && known
        ? { outcome: 'standing', record, salt: known.salt ?? '' }
        : store.rotate(rotation)
    },
  }),
  'ends in silence what a late token stood for': (store) => ({
    read: async (after, limit) => {
      const page = await store.read(after, limit)
      return { ...page, events: page.events.filter(({ type }) => type !== 'token.reused') }
    },
  }),
  'takes every token for a late one': (store) => ({
    rotate: async (rotation) => {
      const answer = await store.rotate(rotation)
      const found = await store.find(rotation.id)
      return answer.outcome === 'unknown' && found ? { outcome: 'ended', record: found.record } : answer
    },
  }),
  'exchanges where it was told to judge': (store) => ({
    rotate: (rotation) =>
      store.rotate({ successor: { hash: 'invented' as SecretHash, grace: 10_000, salt: 'i' }, ...rotation }),
  }),
  'exchanges the tokens of the dead': (store) => ({
    rotate: async (rotation) => {
      const answer = await store.rotate(rotation)
      return answer.outcome === 'ended' ? { outcome: 'rotated', record: answer.record } : answer
    },
  }),
  'begins a new lifetime with each token': (store) => ({
    find: async (id) =>
      spoil(await store.find(id), (record) =>
        record.predecessors ? { ...record, expiresAt: record.lastActiveAt + DAY } : record,
      ),
  }),
  'remembers the last token only': (store) => recalling(store, (predecessors) => predecessors.slice(0, 1)),
  'keeps one salt for all': (store) =>
    recalling(store, (predecessors) =>
      predecessors.map((each) => ({ ...each, ...(predecessors[0]?.salt && { salt: predecessors[0].salt }) })),
    ),
  'erases no salt': () => ({ eraseSalts: async () => 0 }),
  'erases every salt whenever it erases': (store) => {
    let erased = false
    return {
      eraseSalts: (limit) => {
        erased = true
        return store.eraseSalts(limit)
      },
      ...recalling(store, (predecessors) =>
        erased ? predecessors.map(({ hash, until }) => ({ hash, until })) : predecessors,
      ),
    }
  },
  'gives grace whatever the role': (store) => ({
    rotate: async (rotation) => {
      const answer = await store.rotate(rotation)
      const record = (await store.find(rotation.id))?.record
      return answer.outcome === 'superseded' && record ? { outcome: 'standing', record, salt: 's' } : answer
    },
  }),
  'takes no proof': (store) => ({ replace: (record) => store.replace(record) }),
  'dates a proof and keeps the token': (store) => ({
    replace: (record, proof) => store.replace(record, proof && less(proof, 'successor')),
  }),
}

function recalling(
  store: SessionStore,
  change: (predecessors: readonly Predecessor[]) => readonly Predecessor[],
): Partial<SessionStore> {
  const recall = (record: SessionRecord): SessionRecord =>
    record.predecessors ? { ...record, predecessors: change(record.predecessors) } : record
  return { find: async (id) => spoil(await store.find(id), recall) }
}
