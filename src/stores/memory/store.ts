/**
 * The reference store: forgets everything when the process ends.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import { matcherOf } from '../../core/matching.ts'
import { DEFAULT_LIMIT, fromCursor, type Place, toCursor } from '../../core/page.ts'
import { isLive } from '../../core/policy.ts'
import type { PortableStore } from '../../core/portable.ts'
import type { SessionFilter } from '../../core/selector.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { SessionStore } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { DEFAULT_REALM, toUser, type UserRecord } from '../../core/user.ts'
import { replace, rotate, touch } from './change.ts'
import { advanceEpoch, end, eraseSalts, expire, sweep, tidy } from './end.ts'
import { insert } from './insert.ts'
import { adopt, dump } from './portable.ts'
import { append, candidate, emptyState, findUser, recordsOf, resolve, type State, userKey } from './state.ts'

/** What a memory store is made from. */
export interface MemoryOptions {
  readonly clock: () => Instant

  /** What is kept so far: nothing unless told otherwise. */
  readonly state?: State
}

/**
 * Keeps sessions in this process. For tests, demonstrations, and tools of a single process.
 *
 * Every call does all its work before it yields, so each takes effect at one moment.
 */
export function memoryStore({
  clock,
  state = emptyState(clock),
}: MemoryOptions): SessionStore & PortableStore {
  function truth(id: string): SessionRecord | undefined {
    const record = state.sessions.get(id)
    return record && resolve(state, record)
  }

  function found(filter: SessionFilter): SessionRecord[] {
    const wanted = { ...filter, realm: filter.realm ?? DEFAULT_REALM }
    const isMeant = matcherOf(wanted)
    const now = clock()
    return recordsOf(state, wanted.realm, wanted.userId).filter((record) =>
      isMeant(candidate(state, record, now)),
    )
  }

  return {
    name: 'memory',
    caveats: async () => [],
    now: async () => clock(),

    async find(id) {
      const record = truth(id)
      if (record === undefined) return undefined
      const user = findUser(state, record.realm, record.userId)
      const parent = record.parentId === undefined ? undefined : truth(record.parentId)
      return { record, at: clock(), ...(user && { user }), ...(parent && { parent }) }
    },

    async list({ cursor, limit = DEFAULT_LIMIT, sort = 'issued', ...filter }) {
      const from = cursor === undefined ? undefined : fromCursor(cursor, sort)
      const all = found(filter)
        .map((record): readonly [Place, SessionRecord] => [[record[MOMENTS[sort]], record.serial], record])
        .filter(([place]) => from === undefined || compare(place, from) > 0)
        .sort(([a], [b]) => compare(a, b))
      const page = all.slice(0, limit)
      const items = page.map(([, record]) => record)
      const [last] = page.at(-1) ?? []
      return last && items.length < all.length ? { items, nextCursor: toCursor(last, sort) } : { items }
    },

    async stranded(nodes, limit) {
      const now = clock()
      return [...state.sessions.values()]
        .map((record) => resolve(state, record))
        .filter(({ node }) => node !== undefined && !nodes.includes(node))
        .filter((record) => isLive(record, now))
        .slice(0, limit)
    },

    count: async (filter) => ({ count: found(filter).length, exact: true }),

    insert: async (draft, guards) => insert(state, draft, guards, clock()),
    end: async (selector, ending, limit) => end(state, selector, ending, limit, clock()),
    advanceEpoch: async (scope, ending) => advanceEpoch(state, scope, ending, clock()),
    tidy: async (limit) => tidy(state, limit, clock()),
    expire: async (limit) => expire(state, limit, clock()),
    sweep: async (limit) => sweep(state, limit, clock()),

    replace: async (record, proof) => replace(state, record, proof, clock()),
    rotate: async (rotation) => rotate(state, rotation, clock()),
    touch: async (activity) => touch(state, activity, clock()),
    eraseSalts: async (limit) => eraseSalts(state, limit, clock()),

    async listDenials({ realm, limit, after }) {
      const now = clock()
      const all = state.denials.filter(
        (denial) => denial.realm === realm && denial.until > now && Number(denial.id) > Number(after ?? 0),
      )
      const items = all.slice(0, limit)
      const last = items.at(-1)
      return last && items.length < all.length ? { items, nextCursor: last.id } : { items }
    },

    async liftDenial(realm, id, by) {
      const now = clock()
      const denial = state.denials.find((each) => each.id === id && each.realm === realm && each.until > now)
      if (denial === undefined) return undefined
      state.denials = state.denials.filter((each) => each !== denial)
      append(state, { at: now, realm, type: 'denial.lifted', denial, by })
      return denial
    },

    findUser: async (realm, id) => findUser(state, realm, id),

    async listUsers({ realm, limit, after, holding }) {
      const isMeant = ({ id: userId }: UserRecord) =>
        holding === undefined || found({ realm, userId, kind: holding }).length > 0
      const known = [...state.users.values()]
        .map(({ record }) => record)
        .filter((user) => user.realm === realm && (after === undefined || user.id > after))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const items: UserRecord[] = []
      for (const user of known) {
        if (!isMeant(user)) continue
        const last = items.at(-1)
        if (items.length >= limit) return last ? { items, nextCursor: last.id } : { items }
        items.push(user)
      }
      return { items }
    },

    async updateUser(realm, id, patch, by) {
      const key = userKey(realm, id)
      const known = state.users.get(key)
      if (known === undefined) return undefined
      const now = clock()
      const { banReason: _reason, ...before } = known.record
      const banned = patch.banned ?? before.banned
      const reason = patch.banReason ?? known.record.banReason
      const { banReason: _given, ...fields } = patch
      const user: UserRecord = {
        ...before,
        ...fields,
        banned,
        ...(banned && reason !== undefined && { banReason: reason }),
      }
      state.users.set(key, { ...known, record: user })
      append(state, { at: now, realm, type: 'user.updated', user: toUser(user), by })
      const over =
        patch.banned === true
          ? advanceEpoch(state, { realm, userId: id }, { reason: 'banned', by }, now)
          : { ended: 0, descendants: 0, position: String(state.head) }
      return { ...over, user: state.users.get(key)?.record ?? user }
    },

    async insertKey(key, by, supersede = false) {
      const now = clock()
      const same = state.keys.get(key.hash)
      if (supersede) {
        for (const [hash, other] of state.keys) {
          if (other.name !== key.name || hash === key.hash || other.withdrawnAt !== undefined) continue
          const withdrawn = { ...other, withdrawnAt: now }
          state.keys.set(hash, withdrawn)
          append(state, { at: now, realm: other.realm, type: 'key.withdrawn', key: withdrawn, by })
        }
      }
      if (same !== undefined && same.withdrawnAt === undefined) return same
      const { hash, ...named } = key
      const made: AccessKey = { ...named, createdAt: now }
      state.keys.set(hash, made)
      append(state, { at: now, realm: key.realm, type: 'key.created', key: made, by })
      return made
    },

    findKey: async (hash) => state.keys.get(hash),
    listKeys: async () => [...state.keys.values()],

    async withdrawKey(id, by) {
      const [hash, key] = [...state.keys].find(([, { id: other }]) => other === id) ?? []
      if (hash === undefined || key === undefined || key.withdrawnAt !== undefined) return key
      const withdrawn = { ...key, withdrawnAt: clock() }
      state.keys.set(hash, withdrawn)
      append(state, {
        at: withdrawn.withdrawnAt,
        realm: key.realm,
        type: 'key.withdrawn',
        key: withdrawn,
        by,
      })
      return withdrawn
    },

    async read(after, limit) {
      const position =
        after === undefined ? state.head : /^\d{1,16}$/.test(after) ? Number(after) : Number.NaN
      const forgotten = !(position >= state.floor && position <= state.head)
      const start = position - state.floor
      const entries = forgotten || after === undefined ? [] : state.journal.slice(start, start + limit)
      const events = entries.map(({ event }) => event)
      return {
        events,
        position: forgotten ? String(state.head) : (events.at(-1)?.position ?? String(position)),
        forgotten,
        at: clock(),
      }
    },

    async trim({ entries, age }) {
      const oldest = clock() - age
      const tooMany = Math.max(0, state.journal.length - entries)
      const young = state.journal.findIndex(({ writtenAt }) => writtenAt >= oldest)
      const drop = Math.max(tooMany, young === -1 ? state.journal.length : young)
      state.journal = state.journal.slice(drop)
      state.floor += drop
      return drop
    },

    dump: async (after, limit) => dump(state, after, limit, clock()),
    adopt: async (items) => adopt(state, items),

    close: async () => undefined,
  }
}

const MOMENTS = { issued: 'issuedAt', active: 'lastActiveAt' } as const

/** Orders places, latest first. */
function compare(a: Place, b: Place): number {
  return b[0] - a[0] || b[1] - a[1]
}
