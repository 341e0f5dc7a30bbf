/**
 * What time calls for: ending what is due, forgetting what is long over.
 *
 * @module
 */
import { ask, listOf } from '../access.ts'
import { PARTITIONS, restOfId } from '../keys.ts'
import { EXPIRE, FORGET, FORGETTABLE } from '../scripts/upkeep.ts'
import { forgetClaims } from './claim.ts'
import { forgetDenials } from './denials.ts'
import { type Kit, meet, readEpochs, readSessions } from './kit.ts'
import { workIn } from './mass-end.ts'

/** Sessions that one script ends or forgets at the most: others wait meanwhile. */
const AT_ONCE = 200

/** Ends sessions that are due, dated when they were due, and what lives under them. */
export async function expire(kit: Kit, limit: number): Promise<number> {
  let ended = 0
  for (const { partition, due } of await workEverywhere(kit)) {
    if (ended >= limit) break
    if (due > 0) ended += await expireIn(kit, partition, limit - ended)
  }
  return ended
}

/** Forgets tombstones past their time, with the claims they left; and denials that are over. */
export async function sweep(kit: Kit, limit: number): Promise<number> {
  let forgotten = 0
  for (const { partition, forgettable, endedDenials } of await workEverywhere(kit)) {
    if (endedDenials.length > 0) await forgetDenials(kit, partition, endedDenials)
    if (forgettable > 0 && forgotten < limit) forgotten += await sweepIn(kit, partition, limit - forgotten)
  }
  return forgotten
}

async function expireIn(kit: Kit, partition: string, limit: number): Promise<number> {
  let ended = 0
  for (;;) {
    const most = Math.min(AT_ONCE, limit - ended)
    const epochs = await readEpochs(kit)
    const [some, unknown] = listOf(await ask(kit, EXPIRE, partition, { limit: most, epochs }))
    ended += Number(some)
    const isNew = listOf(unknown).some((realm) => !kit.realms.has(String(realm)))
    meet(kit, unknown)
    if (ended >= limit || (Number(some) < most && !isNew)) return ended
  }
}

async function sweepIn(kit: Kit, partition: string, limit: number): Promise<number> {
  let forgotten = 0
  for (;;) {
    const most = Math.min(AT_ONCE, limit - forgotten)
    const old = readSessions(partition, await ask(kit, FORGETTABLE, partition, { limit: most }))
    if (old.length === 0) return forgotten
    await forgetClaims(kit, old)
    const rests = old.map(({ id }) => restOfId(id))
    forgotten += Number(await ask(kit, FORGET, partition, { rests }))
    if (forgotten >= limit || old.length < most) return forgotten
  }
}

function workEverywhere(kit: Kit) {
  return Promise.all(PARTITIONS.map((partition) => workIn(kit, partition)))
}
