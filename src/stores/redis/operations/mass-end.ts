/**
 * Ending everything of a user or a realm with one write, and telling of each afterwards.
 *
 * @module
 */
import { partitionOf } from '../../../core/id.ts'
import type { Actor } from '../../../core/session.ts'
import type { EndedAll, EpochScope, NewEnding, UserUpdated } from '../../../core/store.ts'
import { ROLES, type UserPatch } from '../../../core/user.ts'
import { type Access, ask, listOf, textsOf } from '../access.ts'
import { type MassEnding, readMass } from '../entry.ts'
import { homeOf, PARTITIONS, partitionOfId, restOfId } from '../keys.ts'
import { readUser } from '../record.ts'
import { COUNT_REALM, END_ALL_OF_USER, SPARE, TIDY_REALM, TIDY_USER, UPDATE_USER } from '../scripts/mass.ts'
import { FORGET_MASS, RAISE_EPOCH } from '../scripts/realm.ts'
import { DUE_HERE } from '../scripts/upkeep.ts'
import { denyUser, tellDenials } from './denials.ts'
import { join, type Kit, persist, placeOf, readRealm } from './kit.ts'

/** Ends everything of a scope at once, but for one login and what lives under it. */
export async function advanceEpoch(kit: Kit, scope: EpochScope, ending: NewEnding): Promise<EndedAll> {
  const { realm, userId, except } = scope
  if (userId === undefined) return endRealm(kit, realm, except, ending)
  const denied = await denyUser(kit, realm, userId, ending)
  const partition = partitionOf({ realm, userId })
  const answer = await ask(kit, END_ALL_OF_USER, partition, {
    realm: realm.toWellFormed(),
    user: userId.toWellFormed(),
    ...(except !== undefined && partitionOfId(except) === partition && { except: restOfId(except) }),
    reason: ending.reason,
    by: ending.by,
    ...(await readRealm(kit, realm)),
  })
  const over = toEnded(partition, listOf(answer))
  return denied === undefined ? over : { ...over, position: join(over.position, denied) }
}

/** Changes a user; a ban ends everything of theirs in the same write. */
export async function updateUser(
  kit: Kit,
  realm: string,
  id: string,
  patch: UserPatch,
  by: Actor,
): Promise<UserUpdated | undefined> {
  const partition = partitionOf({ realm, userId: id })
  const { displayName, role, banned, banReason } = patch
  const answer = await ask(kit, UPDATE_USER, partition, {
    realm: realm.toWellFormed(),
    user: id.toWellFormed(),
    patch: {
      banned,
      name: displayName?.toWellFormed(),
      ban_reason: banReason?.toWellFormed(),
      ...(role !== undefined && { role: ROLES.indexOf(role) }),
    },
    reason: 'banned',
    by,
    ...(await readRealm(kit, realm)),
  })
  if (answer === null) return undefined
  const [text, ...over] = listOf(answer)
  return { ...toEnded(partition, over), user: readUser(realm, id, String(text)) }
}

/** Mass endings of one partition that are looked at together. */
const MASSES_AT_ONCE = 50

/** How long a denial may stay untold before somebody else tells of it, in milliseconds. */
const UNTOLD_PATIENCE = 10_000

/** Writes single endings behind mass endings, the oldest first; and tells of denials that nobody told of. */
export async function tidy(kit: Kit, limit: number): Promise<number> {
  let written = 0
  while (written < limit) {
    const masses = await oldestMasses(kit)
    if (masses.length === 0) break
    for (const mass of masses) {
      written += await (mass.userId === undefined ? tidyRealm : tidyUser)(kit, mass, limit - written)
      if (written >= limit) break
    }
  }
  return written
}

/** What there is to do in a partition, for whoever keeps it in order. */
export interface Work {
  readonly partition: string

  /** Sessions: due to end, past their time, with salts to erase. */
  readonly due: number
  readonly forgettable: number
  readonly salted: number

  /** Denials that are over, and denials that nobody told of: `realm\nnumber`. */
  readonly endedDenials: readonly string[]
  readonly untoldDenials: readonly string[]

  /** Mass endings that are not tidied, the oldest first. */
  readonly masses: readonly MassEnding[]
}

/** Looks for what there is to do in a partition. */
export async function workIn(access: Access, partition: string): Promise<Work> {
  const request = { masses: MASSES_AT_ONCE, patience: UNTOLD_PATIENCE }
  const [due, forgettable, endedDenials, untoldDenials, salted, masses] = listOf(
    await ask(access, DUE_HERE, partition, request),
  )
  return {
    partition,
    due: Number(due),
    forgettable: Number(forgettable),
    salted: Number(salted),
    endedDenials: textsOf(endedDenials),
    untoldDenials: textsOf(untoldDenials),
    masses: textsOf(masses).map((text) => readMass(partition, text)),
  }
}

function endRealm(
  kit: Kit,
  realm: string,
  except: string | undefined,
  { reason, by }: NewEnding,
): Promise<EndedAll> {
  return persist(() => tryToEndRealm(kit, realm, except, { reason, by }))
}

/** Ends all of a realm, unless somebody else has done so since it was counted: then that count is not this one's. */
async function tryToEndRealm(
  kit: Kit,
  realm: string,
  except: string | undefined,
  { reason, by }: Pick<NewEnding, 'reason' | 'by'>,
): Promise<EndedAll | undefined> {
  const { epoch } = await readRealm(kit, realm)
  const sparedIn = except === undefined ? undefined : partitionOfId(except)
  const counted = await Promise.all(
    PARTITIONS.map(async (partition) => {
      const spared = partition === sparedIn && except !== undefined ? { except: restOfId(except) } : {}
      return listOf(await ask(kit, COUNT_REALM, partition, { realm, epoch, ...spared }))
    }),
  )
  const sum = (column: number) => counted.reduce((all, row) => all + Math.max(0, Number(row[column])), 0)
  const [ended, descendants] = [sum(0), sum(1)]
  const login = counted.map(([, , kept]) => kept).find((kept) => typeof kept === 'string')
  const home = homeOf(realm)
  const raised = await ask(kit, RAISE_EPOCH, home, {
    realm,
    before: epoch,
    beyond: Math.max(...counted.map(([, , , latest]) => Number(latest))),
    count: ended + descendants,
    reason,
    by,
    ...(login !== undefined && { except: `ses_${sparedIn}${login}` }),
  })
  if (raised === null) return undefined
  if (login !== undefined)
    await spare(kit, realm, { id: `ses_${sparedIn}${login}`, before: epoch }, Number(raised))
  return { ended, descendants, position: placeOf(home, raised) }
}

/** Lifts a login over an epoch that spares it: whoever raised that, and whoever tidies, lest the first was too slow. */
async function spare(
  kit: Kit,
  realm: string,
  { id, before }: NonNullable<MassEnding['spared']>,
  epoch: number,
): Promise<void> {
  await ask(kit, SPARE, partitionOfId(id) ?? '', { realm, login: restOfId(id), before, epoch })
}

/** Mass endings that are not tidied, the oldest first: none while an older one may be hidden behind the first so many. */
async function oldestMasses(kit: Kit): Promise<readonly MassEnding[]> {
  const work = await Promise.all(PARTITIONS.map((partition) => workIn(kit, partition)))
  for (const { partition, untoldDenials } of work)
    if (untoldDenials.length > 0) await tellDenials(kit, partition, untoldDenials)
  const hidden = work.filter(({ masses }) => masses.length === MASSES_AT_ONCE)
  const horizon = Math.min(...hidden.map(({ masses }) => masses.at(-1)?.order ?? 0))
  return work
    .flatMap(({ masses }) => masses)
    .filter(({ order }) => order <= horizon)
    .sort((a, b) => a.order - b.order)
}

async function tidyUser(kit: Kit, mass: MassEnding, limit: number): Promise<number> {
  const { realm, partition, count } = mass
  let written = 0
  for (;;) {
    const [some, isDone] = listOf(
      await ask(kit, TIDY_USER, partition, {
        count,
        mass: toRequest(mass),
        epoch: await kit.epochs.of(realm),
        limit: Math.min(AT_ONCE, limit - written),
      }),
    )
    written += Number(some)
    if (isDone === 1 || written >= limit) return written
  }
}

/** Goes through all partitions, each of which remembers how far it got. The last one that is done ends the mass ending. */
async function tidyRealm(kit: Kit, mass: MassEnding, limit: number): Promise<number> {
  const { realm, count, spared } = mass
  let written = 0
  if (spared !== undefined) await spare(kit, realm, spared, count)
  for (const partition of PARTITIONS) {
    for (;;) {
      const request = { realm, count, mass: toRequest(mass), limit: Math.min(AT_ONCE, limit - written) }
      const [some, isDone] = listOf(await ask(kit, TIDY_REALM, partition, request))
      written += Number(some)
      if (isDone === 1) break
      if (written >= limit) return written
    }
    if (written >= limit) return written
  }
  await ask(kit, FORGET_MASS, mass.partition, { count })
  return written
}

/** Endings that one script writes at the most: others wait meanwhile. */
const AT_ONCE = 200

function toRequest({ ending: { at, reason, by }, position }: MassEnding) {
  return { at, reason, kind: by.kind, by: by.id, position }
}

function toEnded(partition: string, [ended, descendants, position]: readonly unknown[]): EndedAll {
  return {
    ended: Number(ended),
    descendants: Number(descendants),
    position: placeOf(partition, position),
  }
}
