/**
 * Beginning a session, in one step with all its guards.
 *
 * @module
 */
import { DENY_KEYS, denyValue } from '../../core/denial.ts'
import { dueEnding, isLive } from '../../core/policy.ts'
import { type Ending, type SessionRecord, toSession } from '../../core/session.ts'
import {
  type Guards,
  type Inserted,
  type InsertRefused,
  MOST_IN_THE_WAY,
  type SessionDraft,
} from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { toUser, type UserRecord } from '../../core/user.ts'
import {
  append,
  endChildren,
  endOne,
  findChildren,
  keep,
  recordsOf,
  resolve,
  type State,
  userKey,
} from './state.ts'

/** What an insert that may happen does: who gives way, and whose it will be. */
interface Plan {
  readonly draft: SessionDraft
  readonly parent: SessionRecord | undefined
  readonly replaced: readonly SessionRecord[]
  readonly crowd: readonly SessionRecord[]

  /** Holds the name, but is over by time. */
  readonly lateHolder: SessionRecord | undefined
}

/** Begins a session if every guard holds; changes nothing otherwise. */
export function insert(
  state: State,
  draft: SessionDraft,
  guards: Guards,
  now: Instant,
): Inserted | InsertRefused {
  const plan = judge(state, draft, guards, now)
  return 'code' in plan ? plan : carryOut(state, plan, guards, now)
}

function judge(state: State, given: SessionDraft, guards: Guards, now: Instant): Plan | InsertRefused {
  const parent = given.parentId === undefined ? undefined : findLive(state, given.parentId, now)
  const draft =
    given.userId === undefined && parent?.userId !== undefined ? { ...given, userId: parent.userId } : given
  const late = judgeOwner(state, draft, parent, now)
  if (late !== undefined) return late

  const replaced = findReplaced(state, draft, guards, now)
  const leaving = [...replaced, ...replaced.flatMap((record) => findChildren(state, record, now))]
  const holder = nameHolder(state, draft, leaving, now)
  if (holder !== undefined && isLive(holder, now)) return { ok: false, code: 'name-taken' }
  const line = lineUp(state, draft, guards, leaving, now)
  const crowd = line.slice(0, Math.max(0, line.length + 1 - (guards.limit?.sessions ?? 0)))
  if (crowd.length > 0 && guards.limit?.atLimit === 'refuse')
    return { ok: false, code: 'limit-reached', inTheWay: line.slice(0, MOST_IN_THE_WAY) }
  const orphaned = [...replaced, ...crowd].some(({ id }) => id === draft.parentId)
  if (orphaned) return { ok: false, code: 'parent-not-live' }
  return { draft, parent, replaced, crowd, lateHolder: holder }
}

function judgeOwner(
  state: State,
  draft: SessionDraft,
  parent: SessionRecord | undefined,
  now: Instant,
): InsertRefused | undefined {
  const user = draft.userId === undefined ? undefined : state.users.get(userKey(draft.realm, draft.userId))
  if (user?.record.banned) return { ok: false, code: 'user-banned' }
  const until = deniedUntil(state, draft, now)
  if (until !== undefined) return { ok: false, code: 'denied', until }
  const orphan = draft.parentId !== undefined && !mayLiveUnder(draft, parent)
  return orphan ? { ok: false, code: 'parent-not-live' } : undefined
}

function findReplaced(
  state: State,
  { realm, userId, kind }: SessionDraft,
  { replaces }: Guards,
  now: Instant,
): readonly SessionRecord[] {
  if (replaces === undefined || userId === undefined) return []
  const own = recordsOf(state, realm, userId).filter((record) => isLive(record, now))
  return 'id' in replaces
    ? own.filter(({ id }) => id === replaces.id)
    : own.filter((record) => record.kind === kind && record.device.label === replaces.label)
}

function carryOut(state: State, plan: Plan, guards: Guards, now: Instant): Inserted {
  const { draft, parent, replaced, crowd, lateHolder } = plan
  const by = { kind: 'system', id: draft.id } as const
  for (const victim of replaced) endWithChildren(state, victim, { at: now, reason: 'replaced', by }, now)
  for (const victim of crowd) endWithChildren(state, victim, { at: now, reason: 'evicted', by }, now)
  if (lateHolder !== undefined) endWithChildren(state, lateHolder, dueEnding(lateHolder), now)

  const user = draft.userId === undefined ? undefined : welcome(state, draft.realm, draft.userId, guards, now)
  const record = toRecord(state, draft, user, parent, now)
  keep(state, record)
  append(state, { at: now, realm: record.realm, type: 'session.created', session: toSession(record) })
  const gaveWay = [...replaced, ...crowd].map(({ id }) => id)
  return { ok: true, record, gaveWay, ...(user && { user }) }
}

function findLive(state: State, id: string, now: Instant): SessionRecord | undefined {
  const record = state.sessions.get(id)
  const truth = record && resolve(state, record)
  return truth && isLive(truth, now) ? truth : undefined
}

function mayLiveUnder(draft: SessionDraft, parent: SessionRecord | undefined): boolean {
  if (draft.kind === 'login' || parent?.kind !== 'login') return false
  return parent.realm === draft.realm && parent.userId === draft.userId
}

function deniedUntil(state: State, draft: SessionDraft, now: Instant): Instant | undefined {
  const keys = DENY_KEYS.map((key) => ({ key, value: denyValue(draft, key) }))
  const hits = state.denials.filter(
    (denial) =>
      denial.until > now &&
      denial.realm === draft.realm &&
      keys.some(({ key, value }) => denial.key === key && denial.value === value),
  )
  return hits.length === 0 ? undefined : Math.max(...hits.map(({ until }) => until))
}

function nameHolder(state: State, draft: SessionDraft, except: readonly SessionRecord[], now: Instant) {
  if (draft.name === undefined) return undefined
  const holders = recordsOf(state, draft.realm).filter(
    (record) =>
      record.name === draft.name &&
      record.kind === draft.kind &&
      record.resource === draft.resource &&
      record.ending === undefined &&
      !except.some(({ id }) => id === record.id),
  )
  return holders.find((record) => isLive(record, now)) ?? holders[0]
}

/** What counts towards the limit, whoever gives way first in front. */
function lineUp(
  state: State,
  draft: SessionDraft,
  { limit }: Guards,
  except: readonly SessionRecord[],
  now: Instant,
): SessionRecord[] {
  if (limit === undefined || draft.userId === undefined) return []
  const live = recordsOf(state, draft.realm, draft.userId).filter(
    (record) =>
      record.kind === draft.kind && isLive(record, now) && !except.some(({ id }) => id === record.id),
  )
  const idlest = limit.atLimit === 'evict-idlest'
  return live.sort(
    (a, b) =>
      (idlest ? a.lastActiveAt - b.lastActiveAt : 0) || a.issuedAt - b.issuedAt || a.serial - b.serial,
  )
}

function endWithChildren(state: State, record: SessionRecord, ending: Ending, now: Instant): void {
  endChildren(state, endOne(state, record, ending), now)
}

function welcome(
  state: State,
  realm: string,
  userId: string,
  { user, by }: Guards,
  now: Instant,
): UserRecord {
  const key = userKey(realm, userId)
  const known = state.users.get(key)
  const before: UserRecord = known?.record ?? {
    id: userId,
    realm,
    role: 'member',
    banned: false,
    epoch: 0,
    createdAt: now,
  }
  const record: UserRecord = { ...before, ...user }
  const stamp = Math.max(Math.floor(now / 1000), (known?.lastStamp ?? 0) + 1)
  state.users.set(key, { record, lastStamp: stamp })
  const changed = record.displayName !== before.displayName || record.role !== before.role
  if (known && changed) append(state, { at: now, realm, type: 'user.updated', user: toUser(record), by })
  return record
}

function toRecord(
  state: State,
  draft: SessionDraft,
  user: UserRecord | undefined,
  parent: SessionRecord | undefined,
  now: Instant,
): SessionRecord {
  const { lifetime, authenticatedAgo = 0, ...given } = draft
  state.serial += 1
  return {
    ...given,
    serial: state.serial,
    stamp:
      user === undefined
        ? Math.floor(now / 1000)
        : (state.users.get(userKey(user.realm, user.id))?.lastStamp ?? 0),
    issuedAt: now,
    authenticatedAt: now - authenticatedAgo,
    lastActiveAt: now,
    expiresAt: Math.min(now + lifetime, parent?.expiresAt ?? Number.MAX_SAFE_INTEGER),
    ...(draft.idle === undefined ? {} : { idleExpiresAt: now + draft.idle }),
    realmEpoch: state.realmEpochs.get(draft.realm) ?? 0,
    userEpoch: user?.epoch ?? 0,
    revision: 0,
    tokenRole: user?.role ?? 'member',
  }
}
