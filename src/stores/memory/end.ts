/**
 * Ending sessions: one by one, all at once by epoch, by time; and forgetting them.
 *
 * @module
 */

import { matcherOf } from '../../core/matching.ts'
import { diesAt, dueEnding, isLive, TOMBSTONE_AGE } from '../../core/policy.ts'
import { firstSaltEnds, withoutLateSalts } from '../../core/rotation.ts'
import type { Ending, SessionRecord } from '../../core/session.ts'
import type { BatchSelector, EndedAll, EndedBatch, EpochScope, NewEnding } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import {
  addDenial,
  append,
  candidate,
  deny,
  endChildren,
  endOne,
  forget,
  isOutdated,
  keep,
  killed,
  recordsOf,
  resolve,
  type State,
  userKey,
} from './state.ts'

/** Ends live sessions that a selector points at, and what lives under them. */
export function end(
  state: State,
  selector: BatchSelector,
  by: NewEnding,
  limit: number,
  now: Instant,
): EndedBatch {
  const ending: Ending = { at: now, reason: by.reason, by: by.by }
  const meant = pointedAt(state, selector, now).slice(0, limit)
  for (const record of [...over(state, selector, now), ...meant]) deny(state, record, by, now)
  const ended = meant.map((record) => endOne(state, record, ending))
  const descendants = ended.flatMap((record) => endChildren(state, record, now))
  return { ended, descendants, position: String(state.head) }
}

/** Ends everything of a scope at once. */
export function advanceEpoch(state: State, scope: EpochScope, by: NewEnding, now: Instant): EndedAll {
  const live = recordsOf(state, scope.realm, scope.userId).filter((record) => isLive(record, now))
  const login = scope.except === undefined ? undefined : live.find(({ id }) => id === scope.except)
  const keptId = login?.parentId ?? login?.id
  const isKept = ({ id, parentId }: SessionRecord) =>
    keptId !== undefined && (id === keptId || parentId === keptId)
  const dying = live.filter((record) => !isKept(record))
  const ended = dying.filter(({ parentId }) => parentId === undefined).length

  const position = append(state, {
    at: now,
    realm: scope.realm,
    type: 'sessions.ended',
    ...(scope.userId === undefined ? {} : { userId: scope.userId }),
    ...(keptId === undefined ? {} : { except: keptId }),
    count: dying.length,
    reason: by.reason,
    by: by.by,
  })
  if (scope.userId === undefined || state.users.has(userKey(scope.realm, scope.userId)))
    state.massEndings.push({ ...scope, position, ending: { at: now, reason: by.reason, by: by.by } })
  if (scope.userId === undefined) state.realmEpochs.set(scope.realm, position)
  else setUserEpoch(state, scope.realm, scope.userId, position)
  const field = scope.userId === undefined ? 'realmEpoch' : 'userEpoch'
  for (const record of live.filter(isKept)) keep(state, { ...record, [field]: position })
  if (scope.userId !== undefined && by.deny?.keys.includes('user')) {
    addDenial(state, {
      realm: scope.realm,
      key: 'user',
      value: scope.userId,
      at: now,
      until: now + by.deny.span,
      by: by.by,
    })
  }
  return { ended, descendants: dying.length - ended, position: String(position) }
}

/** Writes the single endings behind earlier mass endings. */
export function tidy(state: State, limit: number, now: Instant): number {
  let written = 0
  for (const mass of [...state.massEndings]) {
    for (const record of recordsOfScope(state, mass)) {
      if (written === limit) return written
      if (record.ending !== undefined || !killed(mass, record)) continue
      if (isLive(record, mass.ending.at)) endOne(state, record, mass.ending, String(mass.position))
      else endChildren(state, endOne(state, record, dueEnding(record)), now)
      written += 1
    }
    state.massEndings = state.massEndings.filter((other) => other !== mass)
  }
  return written
}

/** Ends sessions that are due. */
export function expire(state: State, limit: number, now: Instant): number {
  let ended = 0
  for (const record of state.sessions.values()) {
    if (ended === limit) break
    if (record.ending !== undefined || now < diesAt(record) || isOutdated(state, record)) continue
    const over = endOne(state, record, dueEnding(record))
    endChildren(state, over, now)
    ended += 1
  }
  return ended
}

/** Forgets tombstones past their time, and denials that are over. */
export function sweep(state: State, limit: number, now: Instant): number {
  let forgotten = 0
  for (const record of state.sessions.values()) {
    if (forgotten === limit) break
    if (record.ending === undefined || now < Math.max(record.expiresAt, record.ending.at + TOMBSTONE_AGE))
      continue
    forget(state, record)
    forgotten += 1
  }
  state.denials = state.denials.filter(({ until }) => until > now)
  return forgotten
}

/** Erases the salts of tokens whose grace is over. */
export function eraseSalts(state: State, limit: number, now: Instant): number {
  let erased = 0
  for (const record of state.sessions.values()) {
    if (erased === limit) break
    const { predecessors = [] } = record
    if ((firstSaltEnds(predecessors) ?? Number.POSITIVE_INFINITY) > now) continue
    keep(state, { ...record, predecessors: withoutLateSalts(predecessors, now) })
    erased += 1
  }
  return erased
}

function pointedAt(state: State, selector: BatchSelector, now: Instant): SessionRecord[] {
  const meant = byKind(state, selector, now)
  return meant.filter((record) => record.realm === selector.realm && isLive(record, now))
}

/** Those that ids alone point at and that are over: of them, something may still be kept out. */
function over(state: State, selector: BatchSelector, now: Instant): SessionRecord[] {
  if (!('id' in selector || ('ids' in selector && selector.filter === undefined))) return []
  return byKind(state, selector, now).filter(
    (record) => record.realm === selector.realm && !isLive(record, now),
  )
}

function byKind(state: State, selector: BatchSelector, now: Instant): SessionRecord[] {
  if ('id' in selector) return byIds(state, [selector.id])
  if ('ids' in selector) {
    const isMeant = matcherOf({ ...selector.filter, status: 'any' })
    return byIds(state, selector.ids).filter((record) => isMeant(candidate(state, record, now)))
  }
  if ('parentId' in selector)
    return recordsOf(state, selector.realm).filter(({ parentId }) => parentId === selector.parentId)
  const { resource, name } = selector
  const isMeant = matcherOf({ resource, status: 'any', ...(name !== undefined && { name }) })
  return recordsOf(state, selector.realm).filter((record) => isMeant(candidate(state, record, now)))
}

function byIds(state: State, ids: readonly string[]): SessionRecord[] {
  return [...new Set(ids)]
    .flatMap((id) => state.sessions.get(id) ?? [])
    .map((record) => resolve(state, record))
}

function recordsOfScope(state: State, { realm, userId }: EpochScope): SessionRecord[] {
  const ids =
    userId === undefined ? state.sessions.keys() : (state.idsByUser.get(userKey(realm, userId)) ?? [])
  return [...ids].flatMap((id) => state.sessions.get(id) ?? [])
}

function setUserEpoch(state: State, realm: string, userId: string, epoch: number): void {
  const key = userKey(realm, userId)
  const known = state.users.get(key)
  if (known !== undefined) state.users.set(key, { ...known, record: { ...known.record, epoch } })
}
