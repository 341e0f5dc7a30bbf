/**
 * What session code looks like where it is written by hand: it looks, and then it writes. Each of these is to be
 * caught by some schedule.
 *
 * @module
 */
import type { SessionRecord } from '../../src/core/session.ts'
import type { SessionDraft, SessionStore } from '../../src/core/store.ts'
import { pause } from './explore.ts'
import type { Spoil } from './worlds.ts'

/** Reads the session, and writes it back with a later moment, whatever happened in between. */
export const touchWritesBack: Spoil = (store) => {
  const { found, put } = overwritable(store)
  return {
    ...found,
    async touch(activity) {
      for (const { id } of activity) {
        const before = await found.find(id)
        await pause()
        if (before) put({ ...before.record, lastActiveAt: before.at })
      }
    },
  }
}

/** Writes the session as it was read, with the change in it. */
export const updateWritesBack: Spoil = (store) => {
  const { found, put } = overwritable(store)
  return {
    ...found,
    async replace(record, proof) {
      if (!(await store.replace(record, proof))) put(record)
      return true
    },
  }
}

/** Looks whether the token is the session's, and puts the successor in its place without looking again. */
export const refreshWritesBack: Spoil = (store) => {
  const { found, put } = overwritable(store)
  const salts = new Map<string, string>()
  return {
    ...found,
    async rotate(rotation) {
      const { presented, successor } = rotation
      const before = await found.find(rotation.id)
      const salt = salts.get(presented)
      await pause()
      if (before && salt !== undefined) return { outcome: 'standing', record: before.record, salt }
      if (successor?.salt === undefined || before?.record.tokenHash !== presented)
        return store.rotate(rotation)
      const { hash, grace } = successor
      const latest = { hash: presented, until: before.at + grace, salt: successor.salt }
      const record = { ...before.record, tokenHash: hash, predecessors: [latest] }
      put(record)
      salts.set(presented, successor.salt)
      return { outcome: 'rotated', record, ...(before.user && { user: before.user }) }
    },
  }
}

/** Lists a user's sessions, and ends those. */
export const endAllEndsWhatItListed: Spoil = (store) => ({
  ...store,
  async advanceEpoch({ realm, userId }, ending) {
    const { items } = await store.list({ realm, ...(userId !== undefined && { userId }), limit: 200 })
    await pause()
    const ids = items.map(({ id }) => id)
    const { position } = await store.end({ realm, ids }, ending, ids.length)
    return { ended: ids.length, descendants: 0, position }
  },
})

/** Counts the user's sessions, makes room, and inserts. */
export const limitCountsFirst: Spoil = (store) => ({
  ...store,
  async insert(draft, { limit, ...guards }) {
    const { realm, userId = '', kind } = draft
    const { items } = await store.list({ realm, userId, kind, limit: 200 })
    await pause()
    const over = items.length + 1 - (limit?.sessions ?? Number.POSITIVE_INFINITY)
    if (over > 0 && limit?.atLimit === 'refuse') return { ok: false, code: 'limit-reached' }
    const ids = over > 0 ? items.slice(-over).map(({ id }) => id) : []
    if (over > 0) await store.end({ realm, ids }, { reason: 'evicted', by: guards.by }, ids.length)
    const inserted = await store.insert(draft, guards)
    return inserted.ok ? { ...inserted, gaveWay: ids } : inserted
  },
})

/** Asks whether somebody is kept out, and inserts without asking again. */
export const keptOutAskedFirst: Spoil = (store) => {
  const { found, put } = overwritable(store)
  return {
    ...found,
    async insert(draft, guards) {
      const { realm, userId = '' } = draft
      const user = await store.findUser(realm, userId)
      const { items } = await store.listDenials({ realm, limit: 200 })
      await pause()
      if (user?.banned || items.some(({ value }) => value === userId)) return store.insert(draft, guards)
      const inserted = await store.insert(asSomebodyElse(draft), guards)
      if (!inserted.ok) return inserted
      const record = { ...inserted.record, userId }
      put(record)
      return { ...inserted, record }
    },
  }
}

/** Gives up for good on a token that came back where the session has changed since it was looked at. */
export const reuseGivesUp: Spoil = (store) => {
  const givenUp = new Set<string>()
  return {
    ...store,
    async rotate(rotation) {
      const before = await store.find(rotation.id)
      await pause()
      const after = await store.find(rotation.id)
      if (before?.record.tokenHash !== after?.record.tokenHash) givenUp.add(rotation.presented)
      return givenUp.has(rotation.presented) ? { outcome: 'unknown' } : store.rotate(rotation)
    },
  }
}

function asSomebodyElse(draft: SessionDraft): SessionDraft {
  return { ...draft, userId: `${draft.userId}-unguarded` }
}

/** A store in which a session can be written back as it was before. */
function overwritable(store: SessionStore): {
  readonly found: SessionStore
  readonly put: (record: SessionRecord) => void
} {
  const written = new Map<string, SessionRecord>()
  const found: SessionStore = {
    ...store,
    async find(id) {
      const kept = await store.find(id)
      const record = written.get(id)
      return kept && record ? { ...kept, record } : kept
    },
    end(selector, ending, limit) {
      if ('id' in selector) written.delete(selector.id)
      return store.end(selector, ending, limit)
    },
  }
  return { found, put: (record) => void written.set(record.id, record) }
}
