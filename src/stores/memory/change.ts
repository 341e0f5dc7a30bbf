/**
 * Changing sessions that live: what is kept beside them, their tokens, their activity.
 *
 * @module
 */
import { isLive } from '../../core/policy.ts'
import {
  type Reauthentication,
  type Rotated,
  type Rotation,
  standingOf,
  succeed,
} from '../../core/rotation.ts'
import { type Ending, type SessionRecord, toSession } from '../../core/session.ts'
import type { Activity } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { append, endChildren, endOne, findUser, keep, resolve, type State } from './state.ts'

/** Replaces label, data and authentication; with a successor, the token too. */
export function replace(
  state: State,
  record: SessionRecord,
  proof: Reauthentication | undefined,
  now: Instant,
): boolean {
  const kept = truth(state, record.id)
  if (kept === undefined || kept.revision !== record.revision || !isLive(kept, now)) return false
  const { device, data: _data, authentication: _authentication, ...rest } = kept
  const { label: _label, ...hardware } = device
  const changed: SessionRecord = {
    ...rest,
    revision: kept.revision + 1,
    device: { ...hardware, ...(record.device.label !== undefined && { label: record.device.label }) },
    ...(record.data && { data: record.data }),
    ...(record.authentication && { authentication: record.authentication }),
    ...(proof && { authenticatedAt: now }),
  }
  const next = proof?.successor ? succeed(changed, proof.successor, roleOf(state, kept), now) : changed
  keep(state, next)
  append(state, { at: now, realm: next.realm, type: 'session.updated', session: toSession(next) })
  return true
}

/** Exchanges a token for its successor, or says what became of it. */
export function rotate(state: State, { id, presented, successor }: Rotation, now: Instant): Rotated {
  const record = truth(state, id)
  if (record === undefined) return { outcome: 'unknown' }
  const user = findUser(state, record.realm, record.userId)
  const standing = standingOf(record, presented, roleOf(state, record), now)
  if (standing.is === 'unknown') return { outcome: 'unknown' }
  if (!lives(state, record, now)) return { outcome: 'ended', record }
  if (standing.is === 'superseded') return { outcome: 'superseded' }
  if (standing.is === 'reused') return { outcome: 'ended', record: endReused(state, record, now) }
  const whose = user && { user }
  if (standing.is === 'graceful') return { outcome: 'standing', record, salt: standing.salt, ...whose }
  if (successor === undefined) return { outcome: 'standing', record, ...whose }

  const lastActiveAt = Math.max(now, record.lastActiveAt)
  const next: SessionRecord = {
    ...succeed(record, successor, roleOf(state, record), now),
    revision: record.revision + 1,
    lastActiveAt,
    ...(record.idle !== undefined && { idleExpiresAt: lastActiveAt + record.idle }),
  }
  keep(state, next)
  append(state, { at: now, realm: next.realm, type: 'session.refreshed', session: toSession(next) })
  return { outcome: 'rotated', record: next, ...whose }
}

/** Records activity of many sessions; of those that are over, of none. */
export function touch(state: State, activity: readonly Activity[], now: Instant): void {
  for (const { id, ago } of activity) {
    const record = truth(state, id)
    if (record === undefined || !isLive(record, now) || now - ago <= record.lastActiveAt) continue
    const lastActiveAt = now - ago
    const moved = record.idle === undefined ? {} : { idleExpiresAt: lastActiveAt + record.idle }
    keep(state, { ...record, lastActiveAt, ...moved })
  }
}

function endReused(state: State, record: SessionRecord, now: Instant): SessionRecord {
  const ending: Ending = { at: now, reason: 'reused', by: { kind: 'system', id: 'refresh' } }
  append(state, { at: now, realm: record.realm, type: 'token.reused', session: toSession(record) })
  const over = endOne(state, record, ending)
  endChildren(state, over, now)
  return over
}

function lives(state: State, record: SessionRecord, now: Instant): boolean {
  if (!isLive(record, now)) return false
  if (record.parentId === undefined) return true
  const parent = truth(state, record.parentId)
  return parent !== undefined && isLive(parent, now)
}

function truth(state: State, id: string): SessionRecord | undefined {
  const record = state.sessions.get(id)
  return record && resolve(state, record)
}

function roleOf(state: State, { realm, userId }: SessionRecord): SessionRecord['tokenRole'] {
  return findUser(state, realm, userId)?.role ?? 'member'
}
