import type { RollcallEvent } from '../../../src/core/events.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { less } from './mutation.ts'

/** Spoils each store over a place in one way; `mine` is what each keeps by itself, and should not. */
export type SharedMutation = (store: SessionStore, mine: Map<string, unknown>) => Partial<SessionStore>

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Careless ways to share sessions. */
export const SHARING_MUTATIONS: Readonly<Record<string, SharedMutation>> = {
  'shows to each only what it has written itself': (store, mine) => ({
    async insert(draft, guards) {
      const done = await store.insert(draft, guards)
      if (done.ok) mine.set(done.record.id, true)
      return done
    },
    find: async (id) => (mine.has(id) ? store.find(id) : undefined),
  }),
  'remembers what it has found': (store, mine) => ({
    async find(id) {
      const found = (mine.get(id) as Awaited<ReturnType<SessionStore['find']>>) ?? (await store.find(id))
      mine.set(id, found)
      return found
    },
  }),
  'counts serials by itself': (store, mine) => ({
    async insert(draft, guards) {
      const done = await store.insert(draft, guards)
      const serial = ((mine.get('serial') as number) ?? 0) + 1
      mine.set('serial', serial)
      return done.ok ? { ...done, record: { ...done.record, serial } } : done
    },
  }),
  'counts stamps by itself': (store, mine) => ({
    async insert(draft, guards) {
      const done = await store.insert(draft, guards)
      const stamp = ((mine.get('stamp') as number) ?? 0) + 1
      mine.set('stamp', stamp)
      return done.ok ? { ...done, record: { ...done.record, stamp } } : done
    },
  }),
  'counts sessions before it writes, and not while': (store) => ({
    async insert(draft, guards) {
      const { limit } = guards
      if (limit?.atLimit !== 'refuse') return store.insert(draft, guards)
      const { count } = await store.count({ realm: draft.realm, userId: draft.userId ?? '' })
      await turn()
      return count >= limit.sessions
        ? { ok: false, code: 'limit-reached' }
        : store.insert(draft, less(guards, 'limit'))
    },
  }),
  'asks for a name before it writes, and not while': (store) => ({
    async insert(draft, guards) {
      const { items } = await store.list({ realm: draft.realm, resource: draft.resource ?? '' })
      await turn()
      const taken = draft.name !== undefined && items.some(({ name }) => name === draft.name)
      return taken ? { ok: false, code: 'name-taken' } : store.insert(less(draft, 'name'), guards)
    },
  }),
  'knows of bans by itself': (store, mine) => ({
    async updateUser(realm, id, patch, by) {
      mine.set(id, patch.banned)
      return store.updateUser(realm, id, { ...less(patch, 'banned') }, by)
    },
    insert: async (draft, guards) =>
      mine.get(draft.userId ?? '') === true
        ? { ok: false, code: 'user-banned' }
        : store.insert(draft, guards),
  }),
  'keeps out by itself': (store, mine) => ({
    async end(selector, ending, limit) {
      if (ending.deny) mine.set('ada', true)
      return store.end(selector, less(ending, 'deny'), limit)
    },
    insert: async (draft, guards) =>
      mine.has(draft.userId ?? '') ? { ok: false, code: 'denied' } : store.insert(draft, guards),
  }),
  'lets in again twice': (store) => ({
    async liftDenial(realm, id, by) {
      const known = (await store.listDenials({ realm, limit: 10 })).items.find((each) => each.id === id)
      await turn()
      await store.liftDenial(realm, id, by)
      return known
    },
  }),
  'says to everyone that they ended it': (store) => ({
    async end(selector, ending, limit) {
      const found = 'id' in selector ? await store.find(selector.id) : undefined
      await turn()
      const done = await store.end(selector, ending, limit)
      return found && !found.record.ending ? { ...done, ended: [found.record] } : done
    },
  }),
  'ends what lived when it looked, and not what lives when it writes': (store) => ({
    async advanceEpoch(scope, ending) {
      const { items } = await store.list({ realm: scope.realm, userId: scope.userId ?? '', limit: 200 })
      await turn()
      const { realm } = scope
      const ids = items.map(({ id }) => id)
      const mass = await store.advanceEpoch({ realm, userId: 'nobody' }, ending)
      const done = await store.end({ realm, ids }, ending, 200)
      return { ended: done.ended.length, descendants: 0, position: mass.position }
    },
  }),
  'gives each who asks a successor of their own': (store) => ({
    async rotate(rotation) {
      const done = await store.rotate(rotation)
      return done.outcome === 'standing' && rotation.successor?.salt !== undefined
        ? { outcome: 'rotated', record: done.record }
        : done
    },
  }),
  'replaces whatever there is': (store) => ({
    async replace(record, proof) {
      const revision = (await store.find(record.id))?.record.revision ?? 0
      await turn()
      return (await store.replace({ ...record, revision }, proof)) || true
    },
  }),
  'replaces keys before it writes, and not while': (store) => ({
    async insertKey(key, by) {
      const others = (await store.listKeys()).filter(({ name }) => name === key.name)
      await turn()
      const made = await store.insertKey(key, by)
      for (const { id } of others) await store.withdrawKey(id, by)
      return made
    },
  }),
  'takes as its own what another has expired': (store) => ({
    expire: async (limit) => (await store.expire(limit)) || 1,
  }),
  'sweeps by a count that is over': (store) => ({
    async sweep(limit) {
      const { count } = await store.count({ status: 'ended' })
      await turn()
      await store.sweep(limit)
      return count
    },
  }),
  'gives entries positions before they are to be seen': (store, mine) => ({
    async read(after, limit) {
      const page = await store.read(after, limit)
      const turns = ((mine.get('turns') as number) ?? 0) + 1
      mine.set('turns', turns)
      if (turns % 2 === 0 || page.events.length < 2) return page
      return { ...page, events: page.events.toSpliced(-2, 1) }
    },
  }),
  'has a history of its own': (store, mine) => ({
    async read(after, limit) {
      const page = await store.read(after, limit)
      if (!mine.has('name')) mine.set('name', Math.random())
      return {
        ...page,
        events: page.events.map((event) => ({ ...event, realm: String(mine.get('name')) }) as RollcallEvent),
      }
    },
  }),
  'gives short pages': (store) => ({ read: (after, limit) => store.read(after, Math.min(limit, 7)) }),
  'answers an end with a position that is not there yet': (store) => ({
    async end(selector, ending, limit) {
      const done = await store.end(selector, ending, limit)
      return { ...done, position: String(Number(done.position) + 1) }
    },
  }),
  'closes for everyone': (store, mine) => ({
    async find(id) {
      if (mine.has('closed')) throw new Error('closed')
      return store.find(id)
    },
    async close() {
      mine.set('closed', true)
      await store.close()
    },
  }),
}
