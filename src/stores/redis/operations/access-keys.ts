/**
 * Keeping access keys, all in one partition.
 *
 * @module
 */
import type { AccessKey } from '../../../core/access-key.ts'
import type { Actor } from '../../../core/session.ts'
import type { NewAccessKey } from '../../../core/store.ts'
import { ask, listOf } from '../access.ts'
import { readKey } from '../entry.ts'
import { FIXED_PARTITION } from '../keys.ts'
import { INSERT_KEY, WITHDRAW_KEY } from '../scripts/access-key.ts'
import type { Kit } from './kit.ts'

/** Keeps a key; with `supersede`, withdraws others of its name. */
export async function insertKey(
  kit: Kit,
  { id, name, realm, scopes, hash }: NewAccessKey,
  by: Actor,
  supersede = false,
): Promise<AccessKey> {
  const key = {
    id,
    hash,
    name: name.toWellFormed(),
    realm: realm.toWellFormed(),
    scopes: JSON.stringify(scopes),
  }
  const [kept, text] = listOf(await ask(kit, INSERT_KEY, FIXED_PARTITION, { key, by, supersede }))
  return readKey(String(kept), String(text))
}

/** Withdraws a key; one that is withdrawn already stays as it is. */
export async function withdrawKey(kit: Kit, id: string, by: Actor): Promise<AccessKey | undefined> {
  const text = await ask(kit, WITHDRAW_KEY, FIXED_PARTITION, { id, by })
  return typeof text === 'string' ? readKey(id, text) : undefined
}
