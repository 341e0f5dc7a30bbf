/**
 * What the memory store remembers, and the few steps that every verb of it is made of.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import { type Denial, denyValue } from '../../core/denial.ts'
import type { NewEvent, RollcallEvent } from '../../core/events.ts'
import type { Candidate } from '../../core/matching.ts'
import { dueEnding, isLive } from '../../core/policy.ts'
import { type Ending, type SessionRecord, toSession } from '../../core/session.ts'
import type { EpochScope, NewEnding } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import type { SecretHash } from '../../core/token.ts'
import { DEFAULT_REALM, type UserRecord } from '../../core/user.ts'

/** A user, and the last stamp that one of their sessions was given. */
export interface MemoryUser {
  readonly record: UserRecord
  readonly lastStamp: number
}

/** An advance of an epoch whose single endings are not all written yet. */
export interface MassEnding extends EpochScope {
  readonly position: number
  readonly ending: Ending
}

/** An entry of the journal, and when it was written: an expiry is told later than it was due. */
export interface Entry {
  readonly event: RollcallEvent
  readonly writtenAt: Instant
}

/** Everything there is. */
export interface State {
  readonly clock: () => Instant
  readonly sessions: Map<string, SessionRecord>
  readonly idsByUser: Map<string, Set<string>>
  readonly users: Map<string, MemoryUser>
  readonly realmEpochs: Map<string, number>
  readonly keys: Map<SecretHash, AccessKey>
  massEndings: MassEnding[]
  denials: Denial[]
  journal: Entry[]
  head: number
  floor: number
  serial: number
  denialNumber: number
}

/** A state with nothing in it. */
export function emptyState(clock: () => Instant): State {
  return {
    clock,
    sessions: new Map(),
    idsByUser: new Map(),
    users: new Map(),
    realmEpochs: new Map(),
    keys: new Map(),
    massEndings: [],
    denials: [],
    journal: [],
    head: 0,
    floor: 0,
    serial: 0,
    denialNumber: 0,
  }
}

/** Names a user across realms. A user id has no control characters, so nothing is ambiguous. */
export function userKey(realm: string, userId: string): string {
  return `${realm}\n${userId}`
}

/** Adds an entry to the journal and returns its position. */
export function append(state: State, event: NewEvent): number {
  state.head += 1
  state.journal.push({ event: { ...event, position: String(state.head) }, writtenAt: state.clock() })
  return state.head
}

/** Keeps a record, new or changed. */
export function keep(state: State, record: SessionRecord): void {
  state.sessions.set(record.id, record)
  if (record.userId === undefined) return
  const key = userKey(record.realm, record.userId)
  const ids = state.idsByUser.get(key) ?? new Set()
  state.idsByUser.set(key, ids.add(record.id))
}

/** Forgets a record. */
export function forget(state: State, record: SessionRecord): void {
  state.sessions.delete(record.id)
  if (record.userId === undefined) return
  const key = userKey(record.realm, record.userId)
  const ids = state.idsByUser.get(key)
  ids?.delete(record.id)
  if (ids?.size === 0) state.idsByUser.delete(key)
}

/** A record as it is in truth: with the ending that an epoch brought to it. */
export function resolve(state: State, record: SessionRecord): SessionRecord {
  if (record.ending !== undefined || !isOutdated(state, record)) return record
  const first = state.massEndings.find((mass) => killed(mass, record))
  if (first === undefined) return record
  return { ...record, ending: isLive(record, first.ending.at) ? first.ending : dueEnding(record) }
}

/** Every record of a realm, or of one user in it, in truth. */
export function recordsOf(state: State, realm: string = DEFAULT_REALM, userId?: string): SessionRecord[] {
  const all =
    userId === undefined
      ? [...state.sessions.values()].filter((record) => record.realm === realm)
      : [...(state.idsByUser.get(userKey(realm, userId)) ?? [])].flatMap((id) => state.sessions.get(id) ?? [])
  return all.map((record) => resolve(state, record))
}

/** A record as a filter looks at it. */
export function candidate(state: State, record: SessionRecord, at: Instant): Candidate {
  const user = record.userId === undefined ? undefined : findUser(state, record.realm, record.userId)
  return { record, displayName: user?.displayName, at }
}

/** Finds a user. */
export function findUser(state: State, realm: string, id: string | undefined): UserRecord | undefined {
  return id === undefined ? undefined : state.users.get(userKey(realm, id))?.record
}

/** Ends one session and returns it as it is now. The caller has seen that it lives. */
export function endOne(state: State, record: SessionRecord, ending: Ending, mass?: string): SessionRecord {
  const ended = { ...record, ending, revision: record.revision + 1 }
  keep(state, ended)
  append(state, {
    at: ending.at,
    realm: record.realm,
    type: 'session.ended',
    session: toSession(ended),
    reason: ending.reason,
    by: ending.by,
    ...(mass === undefined ? {} : { mass }),
  })
  return ended
}

/** Finds what lives under a session now. */
export function findChildren(state: State, parent: SessionRecord, now: Instant): SessionRecord[] {
  if (parent.kind !== 'login') return []
  return recordsOf(state, parent.realm, parent.userId).filter(
    (record) => record.parentId === parent.id && isLive(record, now),
  )
}

/** Ends what lives under a session that has ended, dated as that is, and returns it. */
export function endChildren(state: State, parent: SessionRecord, now: Instant): SessionRecord[] {
  const at = parent.ending?.at ?? now
  const ending: Ending = { at, reason: 'parent-ended', by: { kind: 'system', id: 'parent' } }
  return findChildren(state, parent, now).map((record) => endOne(state, record, ending))
}

/** Keeps out what an ending says is to be kept out of this session. */
export function deny(state: State, record: SessionRecord, { deny, by }: NewEnding, at: Instant): void {
  for (const key of deny?.keys ?? []) {
    const value = denyValue(record, key)
    if (value !== undefined)
      addDenial(state, { realm: record.realm, key, value, at, until: at + (deny?.span ?? 0), by })
  }
}

/** Keeps somebody or something out. What is kept out for longer already stays so, and is not told again. */
export function addDenial(state: State, denial: Omit<Denial, 'id'>): void {
  const same = ({ realm, key, value, until }: Denial): boolean =>
    realm === denial.realm && key === denial.key && value === denial.value && until >= denial.until
  if (state.denials.some(same)) return
  state.denialNumber += 1
  const made = { ...denial, id: String(state.denialNumber) }
  state.denials.push(made)
  append(state, { at: made.at, realm: made.realm, type: 'denial.created', denial: made, by: made.by })
}

/** Tells whether an epoch has passed this record by. */
export function isOutdated(state: State, record: SessionRecord): boolean {
  if (record.realmEpoch < (state.realmEpochs.get(record.realm) ?? 0)) return true
  if (record.userId === undefined) return false
  return record.userEpoch < (state.users.get(userKey(record.realm, record.userId))?.record.epoch ?? 0)
}

/** Tells whether this mass ending ended that record. */
export function killed(mass: MassEnding, record: SessionRecord): boolean {
  if (mass.realm !== record.realm) return false
  if (mass.userId === undefined) return record.realmEpoch < mass.position
  return mass.userId === record.userId && record.userEpoch < mass.position
}
