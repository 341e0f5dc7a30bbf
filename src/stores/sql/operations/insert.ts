/**
 * Beginning a session, in one step with all its guards.
 *
 * @module
 */
import { denyValue } from '../../../core/denial.ts'
import { diesAt, dueEnding, isLive } from '../../../core/policy.ts'
import { type Device, type SessionRecord, toSession } from '../../../core/session.ts'
import {
  type Guards,
  type Inserted,
  type InsertRefused,
  MOST_IN_THE_WAY,
  type SessionDraft,
} from '../../../core/store.ts'
import { toUser, type UserRecord } from '../../../core/user.ts'
import type { Transaction } from '../engine.ts'
import { findMassEnding, findRecord } from '../resolve.ts'
import { fromAuthentication, fromHash, fromId, fromKind, fromRole, toJson, toUserRecord } from '../rows.ts'
import type { UserTable } from '../schema.ts'
import { listRecords } from '../search.ts'
import type { Values } from '../statement.ts'
import { endChildren, endOne, endWithChildren, findChildren, findLive, toId } from './steps.ts'

/** What an insert is told. */
export interface InsertRequest {
  readonly draft: SessionDraft
  readonly guards: Guards
}

/** What an insert that may happen does: who gives way, and whose it will be. */
interface Plan {
  readonly draft: SessionDraft
  readonly user: UserTable | undefined
  readonly parent: SessionRecord | undefined
  readonly replaced: readonly SessionRecord[]
  readonly crowd: readonly SessionRecord[]

  /** Holds the name, but is over by time or epoch. */
  readonly lateHolder: SessionRecord | undefined
}

/** Begins a session if every guard holds; changes nothing otherwise. */
export async function insert(
  tx: Transaction,
  { draft, guards }: InsertRequest,
): Promise<Inserted | InsertRefused> {
  const plan = await judge(tx, draft, guards)
  return 'code' in plan ? plan : carryOut(tx, plan, guards)
}

async function judge(tx: Transaction, given: SessionDraft, guards: Guards): Promise<Plan | InsertRefused> {
  const parent = given.parentId === undefined ? undefined : await findLive(tx, given.parentId)
  const draft =
    given.userId === undefined && parent?.userId !== undefined ? { ...given, userId: parent.userId } : given
  const user =
    draft.userId === undefined
      ? undefined
      : await tx.first(tx.statements.findUser, { realm: draft.realm, id: draft.userId })
  if (user?.banned === 1) return { ok: false, code: 'user-banned' }
  const until = await deniedUntil(tx, draft)
  if (until !== undefined) return { ok: false, code: 'denied', until }
  if (draft.parentId !== undefined && !mayLiveUnder(draft, parent))
    return { ok: false, code: 'parent-not-live' }

  const replaced = await findReplaced(tx, draft, guards)
  const leaving = await withChildren(tx, replaced)
  const holder = await findNameHolder(tx, draft, leaving)
  if (holder !== undefined && isLive(holder, tx.now)) return { ok: false, code: 'name-taken' }
  const line = await lineUp(tx, draft, guards, leaving)
  const crowd = line.slice(0, Math.max(0, line.length + 1 - (guards.limit?.sessions ?? 0)))
  if (crowd.length > 0 && guards.limit?.atLimit === 'refuse')
    return { ok: false, code: 'limit-reached', inTheWay: line.slice(0, MOST_IN_THE_WAY) }
  if (parent !== undefined && [...replaced, ...crowd].some((victim) => victim.id === parent.id))
    return { ok: false, code: 'parent-not-live' }
  return { draft, user, parent, replaced, crowd, lateHolder: holder }
}

async function deniedUntil(tx: Transaction, draft: SessionDraft): Promise<number | undefined> {
  const row = await tx.first(tx.statements.deniedUntil, {
    realm: draft.realm,
    now: tx.now,
    user: denyValue(draft, 'user') ?? null,
    login: denyValue(draft, 'login') ?? null,
    name: denyValue(draft, 'name') ?? null,
    address: denyValue(draft, 'address') ?? null,
  })
  return row?.until ?? undefined
}

function mayLiveUnder(draft: SessionDraft, parent: SessionRecord | undefined): boolean {
  if (draft.kind === 'login' || parent?.kind !== 'login') return false
  return parent.realm === draft.realm && parent.userId === draft.userId
}

async function findReplaced(
  tx: Transaction,
  { realm, userId, kind }: SessionDraft,
  { replaces }: Guards,
): Promise<readonly SessionRecord[]> {
  if (replaces === undefined || userId === undefined) return []
  if ('label' in replaces) return listRecords(tx, { realm, userId, kind, label: replaces.label }, tx.now)
  const replaced = await findLive(tx, replaces.id)
  return replaced?.userId === userId && replaced.realm === realm ? [replaced] : []
}

async function withChildren(
  tx: Transaction,
  records: readonly SessionRecord[],
): Promise<readonly SessionRecord[]> {
  const all = [...records]
  for (const record of records) all.push(...(await findChildren(tx, record)))
  return all
}

async function findNameHolder(tx: Transaction, draft: SessionDraft, replaced: readonly SessionRecord[]) {
  if (draft.name === undefined) return undefined
  const row = await tx.first(tx.statements.findNameHolder, {
    realm: draft.realm,
    kind: fromKind(draft.kind),
    resource: draft.resource ?? '',
    name: draft.name,
  })
  const holder = row && (await findRecord(tx, toId(row.id)))
  return replaced.some(({ id }) => id === holder?.id) ? undefined : holder
}

/** What counts towards the limit, whoever gives way first in front. */
async function lineUp(
  tx: Transaction,
  { realm, userId, kind }: SessionDraft,
  { limit }: Guards,
  replaced: readonly SessionRecord[],
): Promise<SessionRecord[]> {
  if (limit === undefined || userId === undefined) return []
  const live = (await listRecords(tx, { realm, userId, kind }, tx.now)).filter(
    ({ id }) => !replaced.some((other) => other.id === id),
  )
  const idlest = limit.atLimit === 'evict-idlest'
  return live.sort(
    (a, b) =>
      (idlest ? a.lastActiveAt - b.lastActiveAt : 0) || a.issuedAt - b.issuedAt || a.serial - b.serial,
  )
}

async function carryOut(tx: Transaction, plan: Plan, guards: Guards): Promise<Inserted> {
  const { draft, replaced, crowd, lateHolder } = plan
  const by = { kind: 'system', id: draft.id } as const
  for (const victim of replaced) await endWithChildren(tx, victim, { at: tx.now, reason: 'replaced', by })
  for (const victim of crowd) await endWithChildren(tx, victim, { at: tx.now, reason: 'evicted', by })
  if (lateHolder !== undefined) await endLateHolder(tx, lateHolder)

  const owner =
    draft.userId === undefined ? undefined : await welcome(tx, draft.realm, draft.userId, plan.user, guards)
  const record = await write(tx, plan, owner)
  await tx.append({ at: tx.now, realm: record.realm, type: 'session.created', session: toSession(record) })
  const gaveWay = [...replaced, ...crowd].map(({ id }) => id)
  return { ok: true, record, gaveWay, ...(owner && { user: owner.user }) }
}

async function endLateHolder(tx: Transaction, holder: SessionRecord): Promise<void> {
  const mass = holder.ending && (await findMassEnding(tx, holder))
  const byMass = mass !== undefined && mass.at < diesAt(holder)
  const ending = holder.ending ?? dueEnding(holder)
  await endOne(tx, holder, ending, byMass ? mass.position : undefined)
  await endChildren(tx, { ...holder, ending })
}

interface Owner {
  readonly user: UserRecord
  readonly stamp: number
}

async function welcome(
  tx: Transaction,
  realm: string,
  id: string,
  known: UserTable | undefined,
  { user = {}, by }: Guards,
): Promise<Owner> {
  const before = known ?? { ...NEWCOMER, realm, id, created_at: tx.now }
  const stamp = Math.max(Math.floor(tx.now / 1000), before.last_stamp + 1)
  const row: UserTable = {
    ...before,
    display_name: user.displayName ?? before.display_name,
    role: user.role ?? before.role,
    last_stamp: stamp,
  }
  await tx.run(known ? tx.statements.updateUser : tx.statements.insertUser, { ...row })
  const record = toUserRecord(row)
  const changed = row.display_name !== before.display_name || row.role !== before.role
  if (known && changed) await tx.append({ at: tx.now, realm, type: 'user.updated', user: toUser(record), by })
  return { user: record, stamp }
}

const NEWCOMER = {
  display_name: null,
  role: 'member',
  banned: 0,
  ban_reason: null,
  epoch: 0,
  last_stamp: 0,
} as const

async function write(
  tx: Transaction,
  { draft, parent }: Plan,
  owner: Owner | undefined,
): Promise<SessionRecord> {
  const { lifetime, authenticatedAgo = 0, ...given } = draft
  const realm = await tx.first(tx.statements.findRealm, { realm: draft.realm })
  if (realm === undefined) await tx.run(tx.statements.insertRealm, { realm: draft.realm, epoch: 0 })
  const record = {
    ...given,
    stamp: owner?.stamp ?? Math.floor(tx.now / 1000),
    issuedAt: tx.now,
    authenticatedAt: tx.now - authenticatedAgo,
    lastActiveAt: tx.now,
    expiresAt: Math.min(tx.now + lifetime, parent?.expiresAt ?? Number.MAX_SAFE_INTEGER),
    ...(draft.idle !== undefined && { idleExpiresAt: tx.now + draft.idle }),
    realmEpoch: realm?.epoch ?? 0,
    userEpoch: owner?.user.epoch ?? 0,
    revision: 0,
    tokenRole: owner?.user.role ?? 'member',
  }
  const userAgent = await internUserAgent(tx, record.device)
  const inserted = await tx.first(tx.statements.insertSession, toColumns(record, userAgent))
  return { ...record, serial: inserted?.serial ?? 0 }
}

/** The columns of a session that is new here. */
export function toColumns(record: Omit<SessionRecord, 'serial'>, userAgent: number | null): Values {
  return {
    id: fromId(record.id),
    realm: record.realm,
    kind: fromKind(record.kind),
    user_id: record.userId ?? null,
    parent_id: record.parentId === undefined ? null : fromId(record.parentId),
    resource: record.resource ?? null,
    name: record.name ?? null,
    token_hash: record.tokenHash === undefined ? null : fromHash(record.tokenHash),
    stamp: record.stamp,
    issued_at: record.issuedAt,
    authenticated_ago: record.issuedAt - record.authenticatedAt,
    last_active_at: record.lastActiveAt,
    expires_at: record.expiresAt,
    idle: record.idle ?? null,
    due_at: diesAt(record),
    ip: record.device.ip ?? null,
    user_agent: userAgent,
    label: record.device.label ?? null,
    authentication: fromAuthentication(record.authentication),
    data: toJson(record.data),
    realm_epoch: record.realmEpoch,
    user_epoch: record.userEpoch,
    revision: record.revision,
    token_role: fromRole(record.tokenRole),
    node: record.node ?? null,
  }
}

type DeviceColumns = { readonly [Field in keyof Device]?: string | null }

/** Keeps a user agent once. What is read from it today holds for every session that has it. */
async function internUserAgent(
  tx: Transaction,
  { userAgent, browser = null, os = null, type = null }: DeviceColumns,
): Promise<number | null> {
  if (typeof userAgent !== 'string') return null
  const values = { text: userAgent, browser, os, type }
  const known = await tx.first(tx.statements.findUserAgent, { text: userAgent })
  if (known === undefined) return (await tx.first(tx.statements.insertUserAgent, values))?.key ?? null
  const same = known.browser === browser && known.os === os && known.type === type
  if (!same) await tx.run(tx.statements.updateUserAgent, values)
  return known.key
}
