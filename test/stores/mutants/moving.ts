import type { Portable, PortableStore } from '../../../src/core/portable.ts'
import type { SessionRecord } from '../../../src/core/session.ts'
import { less, type Mutation } from './mutation.ts'

/** Careless ways to move. */
export const MOVING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'moves what lives alone': (store) =>
    giving(store, (items) => items.filter((item) => item.kind !== 'session' || !item.session.ending)),
  'moves sessions without their endings': (store) => changing(store, (session) => less(session, 'ending')),
  'ends what it takes in by what it had ended before': (store) => ({
    adopt: async (items) => {
      const count = await store.adopt(items)
      const { events } = await store.read('0', 1_000)
      if (events.some(({ type }) => type === 'sessions.ended'))
        await store.advanceEpoch({ realm: 'default' }, { reason: 'revoked', by: { kind: 'system', id: 'x' } })
      return count
    },
  }),
  'takes serials to be free that are taken': (store) =>
    changing(store, (session) => ({ ...session, serial: session.serial + 1_000 }), 'adopt'),
  'forgets the last stamps of users': (store) =>
    taking(store, (items) => items.map((item) => (item.kind === 'user' ? { ...item, lastStamp: 0 } : item))),
  'forgets users': (store) => giving(store, (items) => items.filter(({ kind }) => kind !== 'user')),
  'forgets bans': (store) =>
    taking(store, (items) =>
      items.map((item) => (item.kind === 'user' ? { ...item, user: { ...item.user, banned: false } } : item)),
    ),
  'forgets who is kept out': (store) =>
    giving(store, (items) => items.filter(({ kind }) => kind !== 'denial')),
  'forgets keys': (store) => giving(store, (items) => items.filter(({ kind }) => kind !== 'key')),
  'takes withdrawn keys for good ones': (store) =>
    taking(store, (items) =>
      items.map((item) => (item.kind === 'key' ? { ...item, key: less(item.key, 'withdrawnAt') } : item)),
    ),
  'forgets names': (store) => changing(store, (session) => less(session, 'name')),
  'forgets predecessors': (store) => changing(store, (session) => less(session, 'predecessors')),
  'forgets who is above whom': (store) => changing(store, (session) => less(session, 'parentId')),
  'counts what was there already': (store) => ({
    adopt: async (items) => {
      await store.adopt(items)
      return items.length
    },
  }),
  'tells of what it takes in': (store) => ({
    adopt: async (items) => {
      const count = await store.adopt(items)
      const [first] = items.filter((item) => item.kind === 'user')
      if (first) await store.updateUser(first.user.realm, first.user.id, {}, { kind: 'system', id: 'import' })
      return count
    },
  }),
  'gives the last of a piece away twice': (store) => {
    let last: Portable | undefined
    return {
      dump: async (after, limit) => {
        const { items, ...rest } = await store.dump(after, limit)
        const again = after === undefined || last === undefined ? items : [last, ...items]
        last = items.at(-1)
        return { ...rest, items: again }
      },
    }
  },
  'gives sessions away before their users': (store) =>
    giving(store, (items) => items.toReversed().filter(({ kind }) => kind !== 'denial')),
  'writes over what is there': (store) => ({
    adopt: async (items) => {
      const count = await store.adopt(items)
      for (const item of items)
        if (item.kind === 'user' && item.user.displayName !== undefined)
          await store.updateUser(
            item.user.realm,
            item.user.id,
            { displayName: item.user.displayName },
            {
              kind: 'system',
              id: 'import',
            },
          )
      return count
    },
  }),
  'lets what it took in live on': (store) =>
    changing(store, (session) => ({ ...session, expiresAt: session.expiresAt + 864e6 }), 'adopt'),
  'takes one name twice': (store) => changing(store, (session) => less(session, 'name'), 'adopt'),
}

function giving(
  store: PortableStore,
  change: (items: readonly Portable[]) => readonly Portable[],
): Partial<PortableStore> {
  return {
    dump: async (after, limit) => {
      const page = await store.dump(after, limit)
      return { ...page, items: change(page.items) }
    },
  }
}

function taking(
  store: PortableStore,
  change: (items: readonly Portable[]) => readonly Portable[],
): Partial<PortableStore> {
  return { adopt: (items) => store.adopt(change(items)) }
}

function changing(
  store: PortableStore,
  change: (session: SessionRecord) => SessionRecord,
  where: 'dump' | 'adopt' = 'dump',
): Partial<PortableStore> {
  const all = (items: readonly Portable[]): readonly Portable[] =>
    items.map((item) => (item.kind === 'session' ? { ...item, session: change(item.session) } : item))
  return where === 'dump' ? giving(store, all) : taking(store, all)
}
