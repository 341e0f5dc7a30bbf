/**
 * Changing users, and keeping access keys.
 *
 * @module
 */
import type { AccessKey } from '../../../core/access-key.ts'
import type { Actor } from '../../../core/session.ts'
import type { NewAccessKey, UserUpdated } from '../../../core/store.ts'
import { toUser, type UserPatch } from '../../../core/user.ts'
import type { Transaction } from '../engine.ts'
import { fromHash, toAccessKey, toUserRecord } from '../rows.ts'
import type { AccessKeyTable, UserTable } from '../schema.ts'
import { advanceEpoch } from './mass-end.ts'

/** What a change of a user is told. */
export interface UserRequest {
  readonly realm: string
  readonly id: string
  readonly patch: UserPatch
  readonly by: Actor
}

/** What keeping a key is told. */
export interface KeyRequest {
  readonly key: NewAccessKey
  readonly by: Actor
  readonly supersede: boolean
}

/** Changes a user; a ban ends everything of theirs in the same write. */
export async function updateUser(
  tx: Transaction,
  { realm, id, patch, by }: UserRequest,
): Promise<UserUpdated | undefined> {
  const before = await tx.first(tx.statements.findUser, { realm, id })
  if (before === undefined) return undefined
  const banned = patch.banned ?? before.banned === 1
  const row: UserTable = {
    ...before,
    display_name: patch.displayName ?? before.display_name,
    role: patch.role ?? before.role,
    banned: banned ? 1 : 0,
    ban_reason: banned ? (patch.banReason ?? before.ban_reason) : null,
  }
  await tx.run(tx.statements.updateUser, { ...row })
  await tx.append({ at: tx.now, realm, type: 'user.updated', user: toUser(toUserRecord(row)), by })
  if (patch.banned !== true)
    return { user: toUserRecord(row), ended: 0, descendants: 0, position: String(await tx.position()) }
  const over = await advanceEpoch(tx, { scope: { realm, userId: id }, ending: { reason: 'banned', by } })
  return { ...over, user: toUserRecord({ ...row, epoch: Number(over.position) }) }
}

/** Keeps a key; with `supersede`, withdraws others of its name. */
export async function insertKey(tx: Transaction, { key, by, supersede }: KeyRequest): Promise<AccessKey> {
  const hash = fromHash(key.hash)
  const same = await tx.first(tx.statements.findKeyByHash, { hash })
  const others = supersede ? await tx.all(tx.statements.findLiveKeysByName, { name: key.name }) : []
  for (const other of others) if (other.id !== same?.id) await withdraw(tx, other, by)
  if (same !== undefined && same.withdrawn_at === null) return toAccessKey(same)
  if (same !== undefined) await tx.run(tx.statements.deleteKey, { id: same.id })
  const row = {
    id: key.id,
    hash,
    name: key.name,
    realm: key.realm,
    scopes: key.scopes.join(' '),
    created_at: tx.now,
  }
  await tx.run(tx.statements.insertKey, row)
  const made = toAccessKey({ ...row, withdrawn_at: null })
  await tx.append({ at: tx.now, realm: key.realm, type: 'key.created', key: made, by })
  return made
}

/** Withdraws a key; one that is withdrawn already stays as it is. */
export async function withdrawKey(
  tx: Transaction,
  { id, by }: { readonly id: string; readonly by: Actor },
): Promise<AccessKey | undefined> {
  const row = await tx.first(tx.statements.findKeyById, { id })
  if (row === undefined || row.withdrawn_at !== null) return row && toAccessKey(row)
  return withdraw(tx, row, by)
}

async function withdraw(tx: Transaction, row: AccessKeyTable, by: Actor): Promise<AccessKey> {
  await tx.run(tx.statements.withdrawKey, { id: row.id, now: tx.now })
  const key = toAccessKey({ ...row, withdrawn_at: tx.now })
  await tx.append({ at: tx.now, realm: key.realm, type: 'key.withdrawn', key, by })
  return key
}
