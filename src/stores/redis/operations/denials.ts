/**
 * Keeping somebody or something out, and letting them in again.
 *
 * A denial holds from its first step on. Before anybody is told of it, every partition that is concerned refuses whoever
 * was let in before it: so nothing begins behind the entry that tells of it.
 *
 * @module
 */
import { BASE58 } from '../../../core/base58.ts'
import { type Denial, type DenyKey, denyValue } from '../../../core/denial.ts'
import { partitionOf } from '../../../core/id.ts'
import type { Actor, SessionRecord } from '../../../core/session.ts'
import type { NewEnding } from '../../../core/store.ts'
import { ask, listOf } from '../access.ts'
import { readDenial } from '../entry.ts'
import { homeOf, partitionOfId } from '../keys.ts'
import { TAKE_NOTE } from '../scripts/end.ts'
import { DENY, FORGET_DENIALS, LIFT_DENIAL, TELL_DENIALS } from '../scripts/realm.ts'
import { type Kit, placeOf } from './kit.ts'

type Denied = readonly [key: DenyKey, value: string]

/** Keeps out what an ending says is to be kept out of these sessions. Returns a position that has told of it. */
export function denyAll(
  kit: Kit,
  realm: string,
  records: readonly SessionRecord[],
  ending: NewEnding,
): Promise<string> {
  const values = records.flatMap((record) =>
    (ending.deny?.keys ?? []).flatMap((key): readonly Denied[] => {
      const value = denyValue(record, key)
      return value === undefined ? [] : [[key, value.toWellFormed()]]
    }),
  )
  const partitions = new Set(records.map(({ id }) => partitionOfId(id) ?? ''))
  return deny(kit, realm, values, partitions, ending)
}

/** Keeps a user out, where an ending of all that is theirs says so. */
export async function denyUser(
  kit: Kit,
  realm: string,
  userId: string,
  ending: NewEnding,
): Promise<string | undefined> {
  if (ending.deny?.keys.includes('user') !== true) return undefined
  const partitions = new Set([partitionOf({ realm, userId })])
  return deny(kit, realm, [['user', userId.toWellFormed()]], partitions, ending)
}

/** Lets somebody or something in again. */
export async function liftDenial(
  kit: Kit,
  realm: string,
  id: string,
  by: Actor,
): Promise<Denial | undefined> {
  if (!/^[1-9]\d{0,14}$/.test(id)) return undefined
  const text = await ask(kit, LIFT_DENIAL, homeOf(realm), { realm, id, by })
  return typeof text === 'string' ? readDenial(realm, text) : undefined
}

/** Tells of denials of which whoever made them did not come to tell. They are given as `realm\nnumber`. */
export async function tellDenials(kit: Kit, partition: string, named: readonly string[]): Promise<void> {
  for (const [realm, ids] of byRealm(named)) await ask(kit, TELL_DENIALS, partition, { realm, ids })
}

/** Forgets denials that are over. They are given as `realm\nnumber`. */
export async function forgetDenials(kit: Kit, partition: string, named: readonly string[]): Promise<void> {
  for (const [realm, ids] of byRealm(named)) await ask(kit, FORGET_DENIALS, partition, { realm, ids })
}

async function deny(
  kit: Kit,
  realm: string,
  values: readonly Denied[],
  partitions: ReadonlySet<string>,
  { deny, by }: NewEnding,
): Promise<string> {
  if (values.length === 0) return placeOf('', 0)
  const home = homeOf(realm)
  const request = { realm, values, span: deny?.span ?? 0, by, digit: BASE58.indexOf(home) }
  const [version, ...ids] = listOf(await ask(kit, DENY, home, request))
  await Promise.all(
    [...partitions].map((partition) => ask(kit, TAKE_NOTE, partition, { realm, denials: version })),
  )
  return placeOf(home, await ask(kit, TELL_DENIALS, home, { realm, ids }))
}

function byRealm(named: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const each of named) {
    const [realm = '', id = ''] = each.split('\n')
    const ids = groups.get(realm) ?? []
    groups.set(realm, ids)
    ids.push(id)
  }
  return groups
}
