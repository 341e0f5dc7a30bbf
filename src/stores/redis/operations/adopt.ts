/**
 * Taking in what another store kept.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import { partitionOf } from '../../../core/id.ts'
import type { Portable } from '../../../core/portable.ts'
import { firstSaltEnds } from '../../../core/rotation.ts'
import { ask } from '../access.ts'
import { writeDenial, writeKey } from '../entry.ts'
import { FIXED_PARTITION, homeOf, MOST_SERIAL, partitionOfId, restOfId } from '../keys.ts'
import { writeSession, writeUser } from '../record.ts'
import { ADOPT_KEY } from '../scripts/access-key.ts'
import { ADOPT_SESSIONS, ADOPT_USERS } from '../scripts/adopt.ts'
import { ADOPT_DENIAL, RAISE_SERIAL } from '../scripts/realm.ts'
import { adoptClaim } from './claim.ts'
import type { Kit } from './kit.ts'

/** Takes in what is not there yet; what is there stays. Returns how many things were new. */
export async function adopt(kit: Kit, items: readonly Portable[]): Promise<number> {
  const users = items.filter((item) => item.kind === 'user')
  const sessions = items.filter((item) => item.kind === 'session')
  const others = items.filter((item) => item.kind === 'denial' || item.kind === 'key')
  return (
    (await adoptUsers(kit, users)) + (await adoptSessions(kit, sessions)) + (await adoptOthers(kit, others))
  )
}

type Of<Kind extends Portable['kind']> = Extract<Portable, { readonly kind: Kind }>

async function adoptUsers(kit: Kit, items: readonly Of<'user'>[]): Promise<number> {
  const groups = groupBy(items, ({ user: { realm, id } }) => partitionOf({ realm, userId: id }))
  return sumOf(groups, (partition, some) =>
    ask(kit, ADOPT_USERS, partition, {
      users: some.map(({ user, lastStamp }) => ({
        realm: user.realm,
        id: user.id.toWellFormed(),
        stamp: lastStamp,
        text: writeUser(user, lastStamp),
      })),
    }),
  )
}

/** Takes in sessions. Serials are raised and names are claimed first: whoever begins meanwhile collides with nothing. */
async function adoptSessions(kit: Kit, items: readonly Of<'session'>[]): Promise<number> {
  const serials = new Map<string, number>()
  for (const { session } of items) {
    if (session.serial > MOST_SERIAL)
      throw new RollcallError(
        'bad-request',
        `The serial ${session.serial} is beyond what Redis has room for.`,
      )
    serials.set(session.realm, Math.max(session.serial, serials.get(session.realm) ?? 0))
  }
  await Promise.all(
    [...serials].map(([realm, serial]) => ask(kit, RAISE_SERIAL, homeOf(realm), { realm, serial })),
  )
  await Promise.all(items.map(({ session }) => (session.ending ? undefined : adoptClaim(kit, session))))
  const epochs = Object.fromEntries(
    await Promise.all([...serials.keys()].map(async (realm) => [realm, await kit.epochs.of(realm)])),
  )
  const groups = groupBy(items, ({ session }) => partitionOfId(session.id) ?? '')
  return sumOf(groups, (partition, some) =>
    ask(kit, ADOPT_SESSIONS, partition, {
      epochs,
      sessions: some.map(({ session }) => ({
        rest: restOfId(session.id),
        text: writeSession(session),
        salt_ends: firstSaltEnds(session.predecessors),
      })),
    }),
  )
}

async function adoptOthers(kit: Kit, items: readonly (Of<'denial'> | Of<'key'>)[]): Promise<number> {
  let taken = 0
  for (const item of items) taken += Number(await adoptOne(kit, item))
  return taken
}

function adoptOne(kit: Kit, item: Of<'denial'> | Of<'key'>): Promise<unknown> {
  if (item.kind === 'key') {
    const { key, hash } = item
    return ask(kit, ADOPT_KEY, FIXED_PARTITION, { id: key.id, hash, text: writeKey(key, hash) })
  }
  const { denial } = item
  const { realm, id, key, until } = denial
  const value = denial.value.toWellFormed()
  const request = { realm, id, key, value, ends_at: until, text: writeDenial({ ...denial, value }) }
  return ask(kit, ADOPT_DENIAL, homeOf(realm), request)
}

/** Things that one script takes in at the most: others wait meanwhile. */
const AT_ONCE = 100

async function sumOf<Item>(
  groups: ReadonlyMap<string, readonly Item[]>,
  take: (partition: string, some: readonly Item[]) => Promise<unknown>,
): Promise<number> {
  const counts = [...groups].map(async ([partition, items]) => {
    let taken = 0
    for (let first = 0; first < items.length; first += AT_ONCE)
      taken += Number(await take(partition, items.slice(first, first + AT_ONCE)))
    return taken
  })
  return (await Promise.all(counts)).reduce((sum, taken) => sum + taken, 0)
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  return Map.groupBy(items, keyOf)
}
