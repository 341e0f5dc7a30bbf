/**
 * Taking in what another store kept.
 *
 * @module
 */
import { BASE58 } from '../../../core/base58.ts'
import { RollcallError } from '../../../core/errors.ts'
import { partitionOf } from '../../../core/id.ts'
import type { Portable } from '../../../core/portable.ts'
import { firstSaltEnds } from '../../../core/rotation.ts'
import type { SessionRecord } from '../../../core/session.ts'
import { ask, listOf } from '../access.ts'
import { writeKey } from '../entry.ts'
import { FIXED_PARTITION, homeOf, MOST_SERIAL, partitionOfId, restOfId } from '../keys.ts'
import { writeSession, writeUser } from '../record.ts'
import { ADOPT_KEY } from '../scripts/access-key.ts'
import { ADOPT_SESSIONS, ADOPT_USERS } from '../scripts/adopt.ts'
import { ADOPT_DENIAL, TAKE_SERIALS } from '../scripts/realm.ts'
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

/**
 * Takes in sessions, but for those whose name another has that lives. Names are claimed and serials are settled first, so
 * that whoever begins meanwhile collides with nothing.
 */
async function adoptSessions(kit: Kit, items: readonly Of<'session'>[]): Promise<number> {
  const claimed = await Promise.all(
    items.map(({ session }) => session.ending !== undefined || adoptClaim(kit, session)),
  )
  const sessions = items.flatMap(({ session }, index) => (claimed[index] ? [session] : []))
  const realms = groupBy(sessions, ({ realm }) => realm)
  const numbered = await Promise.all([...realms].map(([realm, some]) => numberAll(kit, realm, some)))
  const epochs = Object.fromEntries(
    await Promise.all([...realms.keys()].map(async (realm) => [realm, await kit.epochs.of(realm)])),
  )
  const groups = groupBy(numbered.flat(), ({ id }) => partitionOfId(id) ?? '')
  return sumOf(groups, (partition, some) =>
    ask(kit, ADOPT_SESSIONS, partition, {
      epochs,
      sessions: some.map((session) => ({
        rest: restOfId(session.id),
        text: writeSession(session),
        salt_ends: firstSaltEnds(session.predecessors),
      })),
    }),
  )
}

/** Sessions of a realm, each with a serial that no other has there. */
async function numberAll(
  kit: Kit,
  realm: string,
  sessions: readonly SessionRecord[],
): Promise<readonly SessionRecord[]> {
  const late = sessions.find(({ serial }) => serial > MOST_SERIAL)
  if (late !== undefined)
    throw new RollcallError('bad-request', `The serial ${late.serial} is beyond what Redis has room for.`)
  const serials = sessions.map(({ serial }) => serial)
  const given = listOf(await ask(kit, TAKE_SERIALS, homeOf(realm), { realm, serials }))
  return sessions.map((session, index) => ({ ...session, serial: Number(given[index]) }))
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
  const { realm, id, key, value, at, until, by } = item.denial
  const denial = [id, key, value.toWellFormed(), at, until, by.kind, by.id]
  return ask(kit, ADOPT_DENIAL, homeOf(realm), { realm, denial, digit: BASE58.indexOf(homeOf(realm)) })
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
