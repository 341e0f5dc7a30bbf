/**
 * Changing sessions that live: what is kept beside them, their tokens, their activity.
 *
 * What a token is to a session, and what follows from it, is said in `core/rotation.ts` alone: it is judged here on what
 * was read, and written only if that is still what is kept.
 *
 * @module
 */
import { isLive } from '../../../core/policy.ts'
import {
  firstSaltEnds,
  type Reauthentication,
  type Rotated,
  type Rotation,
  standingOf,
  succeed,
  withoutLateSalts,
} from '../../../core/rotation.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Activity } from '../../../core/store.ts'
import { ask, listOf } from '../access.ts'
import { PARTITIONS, restOfId } from '../keys.ts'
import { readSession, writeSession } from '../record.ts'
import { COMMIT, ERASE_SALTS, SALTED, STAND, TOUCH } from '../scripts/change.ts'
import { END } from '../scripts/end.ts'
import { byPartition, type Kit, look, meet, persist, readEpochs, readSessions, type Seen } from './kit.ts'

/** Replaces label, data and authentication, if nobody has revised the session since and it lives. */
export function replace(kit: Kit, record: SessionRecord, proof?: Reauthentication): Promise<boolean> {
  return persist(async () => {
    const seen = await look(kit, record.id)
    if (seen === undefined || seen.record.revision !== record.revision) return false
    if (!isLive(seen.record, seen.at)) return false
    const { device, data: _data, authentication: _authentication, ...rest } = seen.record
    const { label: _label, ...hardware } = device
    const changed: SessionRecord = {
      ...rest,
      revision: seen.record.revision + 1,
      device: { ...hardware, ...(record.device.label !== undefined && { label: record.device.label }) },
      ...(record.data && { data: record.data }),
      ...(record.authentication && { authentication: record.authentication }),
      ...(proof && { authenticatedAt: seen.at }),
    }
    const next = proof?.successor ? succeed(changed, proof.successor, roleOf(seen), seen.at) : changed
    return (await commit(kit, seen, next, 'session.updated')) ? true : undefined
  })
}

/** Exchanges a token for its successor, or says what became of it. */
export function rotate(kit: Kit, rotation: Rotation): Promise<Rotated> {
  return persist(() => tryToRotate(kit, rotation))
}

async function tryToRotate(kit: Kit, { id, presented, successor }: Rotation): Promise<Rotated | undefined> {
  const seen = await look(kit, id)
  if (seen === undefined) return { outcome: 'unknown' }
  const { record, user, at } = seen
  const standing = standingOf(record, presented, roleOf(seen), at)
  if (standing.is === 'unknown') return { outcome: 'unknown' }
  if (!lives(seen)) return { outcome: 'ended', record }
  if (standing.is === 'superseded') return { outcome: 'superseded' }
  if (standing.is === 'reused') return endReused(kit, seen)
  const whose = user && { user }
  if (standing.is === 'graceful') {
    if (!(await stands(kit, seen))) return undefined
    return { outcome: 'standing', record, salt: standing.salt, ...whose }
  }
  if (successor === undefined) return { outcome: 'standing', record, ...whose }
  const lastActiveAt = Math.max(at, record.lastActiveAt)
  const next: SessionRecord = {
    ...succeed(record, successor, roleOf(seen), at),
    revision: record.revision + 1,
    lastActiveAt,
    ...(record.idle !== undefined && { idleExpiresAt: lastActiveAt + record.idle }),
  }
  if (!(await commit(kit, seen, next, 'session.refreshed'))) return undefined
  return { outcome: 'rotated', record: next, ...whose }
}

/**
 * Confirms what was seen: the exchange that a graceful token stands on may be one that nobody has acknowledged yet, and its
 * successor must not be given away before it is sure to stay.
 */
async function stands(kit: Kit, { partition, rest, text }: Seen): Promise<boolean> {
  return (await ask(kit, STAND, partition, { rest, before: text })) === 1
}

async function endReused(kit: Kit, { partition, rest, record, epoch }: Seen): Promise<Rotated | undefined> {
  const { realm, revision, lastActiveAt } = record
  const [ended] = listOf(
    await ask(kit, END, partition, {
      sessions: [{ rest, revision, active: lastActiveAt }],
      limit: 1,
      realm,
      epoch,
      is_reused: true,
      reason: 'reused',
      by: { kind: 'system', id: 'refresh' },
    }),
  )
  const [over] = readSessions(partition, ended)
  return over && { outcome: 'ended', record: over }
}

/** Writes a session in the place of the one that was seen. Answers false where that is not kept any more, or not live. */
async function commit(kit: Kit, seen: Seen, next: SessionRecord, tells: CommitEvent): Promise<boolean> {
  const { partition, rest, text, epoch } = seen
  const done = await ask(kit, COMMIT, partition, {
    rest,
    before: text,
    after: writeSession(next),
    epoch,
    needs_parent: tells === 'session.refreshed',
    salt_ends: firstSaltEnds(next.predecessors),
    tells,
  })
  return done === 1
}

type CommitEvent = 'session.updated' | 'session.refreshed'

/** Sessions whose activity one script records. */
const TOUCHED_AT_ONCE = 200

/** Records activity of many sessions; of those that are over, of none. */
export async function touch(kit: Kit, activity: readonly Activity[]): Promise<void> {
  const ago = new Map<string, number>()
  for (const use of activity) ago.set(use.id, Math.min(use.ago, ago.get(use.id) ?? use.ago))
  await Promise.all(
    [...byPartition(ago.keys())].map(async ([partition, ids]) => {
      for (let first = 0; first < ids.length; first += TOUCHED_AT_ONCE) {
        const uses = ids.slice(first, first + TOUCHED_AT_ONCE).map((id) => [restOfId(id), ago.get(id) ?? 0])
        await inKnownRealms(kit, (epochs) => ask(kit, TOUCH, partition, { uses, epochs }))
      }
    }),
  )
}

/** Does something with the epochs of realms; and again, where it turns out to be about others, which it answers. */
async function inKnownRealms(
  kit: Kit,
  attempt: (epochs: Readonly<Record<string, number>>) => Promise<unknown>,
): Promise<void> {
  if (meet(kit, await attempt(await readEpochs(kit)))) await attempt(await readEpochs(kit))
}

/** Erases the salts of tokens whose grace is over. Returns of how many sessions. */
export async function eraseSalts(kit: Kit, limit: number): Promise<number> {
  let erased = 0
  const salted = await Promise.all(PARTITIONS.map((partition) => findSalted(kit, partition, limit)))
  for (const [index, sessions] of salted.entries()) {
    const batch = sessions.slice(0, limit - erased)
    if (batch.length > 0)
      erased += Number(await ask(kit, ERASE_SALTS, PARTITIONS[index] ?? '', { sessions: batch }))
  }
  return erased
}

async function findSalted(kit: Kit, partition: string, limit: number) {
  const [now, ...values] = listOf(await ask(kit, SALTED, partition, { limit }))
  const sessions = []
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [rest = '', before] = [String(values[index]), values[index + 1]]
    if (typeof before !== 'string') {
      sessions.push({ rest })
      continue
    }
    const record = readSession(partition, rest, before)
    const predecessors = withoutLateSalts(record.predecessors ?? [], Number(now))
    const after = writeSession({ ...record, predecessors })
    sessions.push({ rest, before, after, salt_ends: firstSaltEnds(predecessors) })
  }
  return sessions
}

function lives({ record, parent, at }: Seen): boolean {
  if (!isLive(record, at)) return false
  return record.parentId === undefined || (parent !== undefined && isLive(parent, at))
}

function roleOf({ user }: Seen): SessionRecord['tokenRole'] {
  return user?.role ?? 'member'
}
