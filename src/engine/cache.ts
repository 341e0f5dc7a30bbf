/**
 * The sessions at hand: those this node may vouch for without asking the store, as long as its lease lasts.
 *
 * An entry is dropped by whoever learns that it may be wrong: before and after a write of this node, and when the
 * follower reads of a write of another. A read that was under way meanwhile fills nothing.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'
import { diesAt } from '../core/policy.ts'
import { type SessionRecord, toSession } from '../core/session.ts'
import type { Found } from '../core/store.ts'
import type { Instant } from '../core/time.ts'
import type { SecretHash } from '../core/token.ts'
import { toUser } from '../core/user.ts'
import type { Live } from './manager.ts'

/** A session at hand. */
export interface Entry {
  readonly hash: SecretHash
  live: Live

  /** First moment of the store's clock at which it may no longer be vouched for. */
  diesAt: Instant
  record: SessionRecord

  /** When it was last used, on the monotonic clock. */
  activeAt: number

  /** Whether that use waits to be written. */
  noted: boolean
  readonly user: Group
  readonly realm: Group
}

/** Entries that are dropped together, by dropping the group. */
interface Group {
  readonly key: string
  valid: boolean
  entries: number
}

/** A read under way, and what was dropped since it began. */
export interface Ticket {
  readonly id: string
  readonly dropped: Set<string>
}

/** The sessions at hand. */
export interface SessionCache {
  get(id: string): Entry | undefined

  /** Announces a read; {@link SessionCache.fill} or {@link SessionCache.abandon} follows. */
  begin(id: string): Ticket

  /** Keeps what was read, unless something of it was dropped since. Returns the entry, kept or not. */
  fill(ticket: Ticket, found: Found, hash: SecretHash): Entry
  abandon(ticket: Ticket): void
  dropSession(id: string): void
  dropUser(realm: string, userId: string): void
  dropRealm(realm: string): void
  clear(): void

  /** Sessions at hand, with those that were dropped as a group and not yet cleared away. */
  size(): number
}

/** Makes a cache of at most so many sessions: of none, one that keeps nothing and costs nothing. */
export function sessionCache(max: number): SessionCache {
  return max > 0 ? keeping(max) : KEEPS_NOTHING
}

function keeping(max: number): SessionCache {
  const groups = new Map<string, Group>()
  const tickets = new Set<Ticket>()
  const entries = new LRUCache<string, Entry>({ max, dispose: (entry) => leave(entry) })

  function join(key: string): Group {
    const group = groups.get(key) ?? { key, valid: true, entries: 0 }
    groups.set(key, group)
    return group
  }

  function leave({ user, realm }: Entry): void {
    for (const group of [user, realm]) {
      group.entries -= 1
      if (group.entries === 0 && groups.get(group.key) === group) groups.delete(group.key)
    }
  }

  function drop(key: string): void {
    for (const ticket of tickets) ticket.dropped.add(key)
    const group = groups.get(key)
    if (group === undefined) return
    group.valid = false
    groups.delete(key)
  }

  return {
    get(id) {
      const entry = entries.get(id)
      return entry?.user.valid === true && entry.realm.valid ? entry : undefined
    },

    begin(id) {
      const ticket: Ticket = { id, dropped: new Set() }
      tickets.add(ticket)
      return ticket
    },

    fill(ticket, found, hash) {
      tickets.delete(ticket)
      const { record } = found
      const user = userGroup(record.realm, record.userId ?? record.id)
      const realm = realmGroup(record.realm)
      const clean = ![sessionGroup(record.id), sessionGroup(record.parentId ?? ''), user, realm, ALL].some(
        (key) => ticket.dropped.has(key),
      )
      const entry = toEntry(found, hash, clean ? join(user) : lone(user), clean ? join(realm) : lone(realm))
      if (!clean) return entry
      entry.user.entries += 1
      entry.realm.entries += 1
      entries.set(record.id, entry)
      return entry
    },

    abandon: (ticket) => void tickets.delete(ticket),

    dropSession(id) {
      for (const ticket of tickets) ticket.dropped.add(sessionGroup(id))
      entries.delete(id)
    },

    dropUser: (realm, userId) => drop(userGroup(realm, userId)),
    dropRealm: (realm) => drop(realmGroup(realm)),

    clear() {
      for (const ticket of tickets) ticket.dropped.add(ALL)
      entries.clear()
    },

    size: () => entries.size,
  }
}

const ALL = 'all'
const userGroup = (realm: string, userId: string): string => `user\n${realm}\n${userId}`
const realmGroup = (realm: string): string => `realm\n${realm}`
const sessionGroup = (id: string): string => `session\n${id}`
const lone = (key: string): Group => ({ key, valid: false, entries: 0 })

const nothing = (): void => undefined
const NOWHERE = lone('')

const KEEPS_NOTHING: SessionCache = {
  get: () => undefined,
  begin: (id) => ({ id, dropped: new Set() }),
  fill: (_ticket, found, hash) => toEntry(found, hash, NOWHERE, NOWHERE),
  abandon: nothing,
  dropSession: nothing,
  dropUser: nothing,
  dropRealm: nothing,
  clear: nothing,
  size: () => 0,
}

function toEntry({ record, user, parent }: Found, hash: SecretHash, userOf: Group, realm: Group): Entry {
  return {
    hash,
    record,
    live: { ok: true, session: toSession(record), ...(user && { user: toUser(user) }) },
    diesAt: Math.min(diesAt(record), parent === undefined ? Number.POSITIVE_INFINITY : diesAt(parent)),
    activeAt: 0,
    noted: false,
    user: userOf,
    realm,
  }
}
