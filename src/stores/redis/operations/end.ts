/**
 * Ending sessions one by one: those that a selector points at.
 *
 * @module
 */
import { matcherOf } from '../../../core/matching.ts'
import { isLive } from '../../../core/policy.ts'
import { SESSION_KINDS, type SessionRecord } from '../../../core/session.ts'
import type { BatchSelector, EndedBatch, NewEnding } from '../../../core/store.ts'
import { ask, listOf } from '../access.ts'
import { homeOf, KEYS, PARTITIONS, partitionOfId, restOfId } from '../keys.ts'
import { END, POINTED } from '../scripts/end.ts'
import { findHolder } from './claim.ts'
import { denyAll } from './denials.ts'
import {
  byPartition,
  idOf,
  join,
  type Kit,
  lookAtAll,
  persist,
  placeOf,
  readSessions,
  type Seen,
} from './kit.ts'

/** Ends live sessions that a selector points at, and what lives under them. */
export function end(
  kit: Kit,
  selector: BatchSelector,
  ending: NewEnding,
  limit: number,
): Promise<EndedBatch> {
  if ('ids' in selector && selector.filter !== undefined) return endMeant(kit, selector, ending, limit)
  if ('id' in selector) return endIds(kit, selector.realm, [selector.id], ending, limit)
  if ('ids' in selector) return endIds(kit, selector.realm, selector.ids, ending, limit)
  return endPointed(kit, selector, ending, limit)
}

/** What one round ended, and what it did not since it had changed meanwhile. */
interface Round extends EndedBatch {
  readonly changed: readonly string[]
}

/** A session to be ended: with what it must still be, where that matters. */
interface Aim {
  readonly id: string
  readonly revision?: number
  readonly active?: number
}

/** Ends by ids alone. What is kept out is so of those that are over already, too. */
async function endIds(
  kit: Kit,
  realm: string,
  ids: readonly string[],
  ending: NewEnding,
  limit: number,
): Promise<EndedBatch> {
  const denied = ending.deny && (await denyAll(kit, realm, await recordsOf(kit, realm, ids), ending))
  const aims = [...new Set(ids)].map((id) => ({ id }))
  const ended = await endAll(kit, realm, { aims }, ending, limit)
  return denied === undefined ? ended : { ...ended, position: join(ended.position, denied) }
}

/** Ids, and the filter that they were seen to be meant by. */
type Meant = Extract<BatchSelector, { readonly ids: readonly string[] }>

/** Ends of the ids that a filter was seen to mean those that it still means: judged on what is read, ended if it is still that. */
async function endMeant(kit: Kit, selector: Meant, ending: NewEnding, limit: number): Promise<EndedBatch> {
  const { realm } = selector
  const isMeant = matcherOf({ ...selector.filter, status: 'live' })
  let sum: EndedBatch = { ended: [], descendants: [], position: '0' }
  let left = selector.ids
  return persist(async () => {
    const seen = await lookAtMany(kit, left)
    const meant = seen
      .filter(({ record, user, at }) => isMeant({ record, displayName: user?.displayName, at }))
      .filter(({ record }) => record.realm === realm)
      .slice(0, limit - sum.ended.length)
      .map(({ record }) => record)
    if (ending.deny) sum = { ...sum, position: join(sum.position, await denyAll(kit, realm, meant, ending)) }
    const aims = meant.map(({ id, revision, lastActiveAt }) => ({ id, revision, active: lastActiveAt }))
    const known = byPartition(left).keys()
    const round = await endAll(kit, realm, { aims, known }, ending, limit - sum.ended.length)
    sum = add(sum, round)
    left = round.changed
    return left.length === 0 ? sum : undefined
  })
}

/** Ends what lives on a resource or under a login, a part at a time. */
async function endPointed(
  kit: Kit,
  selector: BatchSelector,
  ending: NewEnding,
  limit: number,
): Promise<EndedBatch> {
  const { realm } = selector
  let sum: EndedBatch = { ended: [], descendants: [], position: '0' }
  return persist(async () => {
    const most = limit - sum.ended.length
    const { records, known } = await pointedAt(kit, selector, most)
    const pointed = records.slice(0, most)
    if (ending.deny && pointed.length > 0)
      sum = { ...sum, position: join(sum.position, await denyAll(kit, realm, pointed, ending)) }
    const aims = pointed.map(({ id }) => ({ id }))
    const round = await endAll(kit, realm, { aims, known }, ending, most)
    sum = add(sum, round)
    return pointed.length === 0 || sum.ended.length >= limit || round.ended.length === pointed.length
      ? sum
      : undefined
  })
}

/** What a selector points at. */
interface Pointed {
  /** Sessions that live, latest first. */
  readonly records: readonly SessionRecord[]

  /** Partitions where any session that it points at is kept, over or not. */
  readonly known: readonly string[]
}

/** What a selector points at: at most `limit` sessions of each partition. */
async function pointedAt(kit: Kit, selector: BatchSelector, limit: number): Promise<Pointed> {
  const { realm } = selector
  if ('parentId' in selector) {
    const partition = partitionOfId(selector.parentId)
    if (partition === undefined) return { records: [], known: [] }
    const rest = restOfId(selector.parentId)
    const path = { open: KEYS.openOfParent(rest), closed: KEYS.closedOfParent(rest) }
    return pointedIn(kit, partition, { realm, limit, ...path })
  }
  if (!('resource' in selector)) return { records: [], known: [] }
  const { resource, name } = selector
  if (name !== undefined) return holdersOf(kit, realm, resource, name)
  const path = { open: KEYS.openOfResource(realm, resource), closed: KEYS.closedOfResource(realm, resource) }
  const parts = await Promise.all(
    PARTITIONS.map((partition) => pointedIn(kit, partition, { realm, limit, ...path })),
  )
  const records = parts.flatMap((part) => part.records)
  return {
    records: records.sort((a, b) => b.issuedAt - a.issuedAt || b.serial - a.serial),
    known: parts.flatMap(({ known }) => known),
  }
}

async function pointedIn(
  kit: Kit,
  partition: string,
  path: { readonly realm: string; readonly limit: number; readonly open: string; readonly closed: string },
): Promise<Pointed> {
  const request = { ...path, epoch: await kit.epochs.of(path.realm) }
  const [isKnown, found] = listOf(await ask(kit, POINTED, partition, request))
  return { records: readSessions(partition, found), known: Number(isKnown) > 0 ? [partition] : [] }
}

/** Whoever holds a name on a resource: one of each kind at the most. */
async function holdersOf(kit: Kit, realm: string, resource: string, name: string): Promise<Pointed> {
  const holders = await Promise.all(
    SESSION_KINDS.map((kind) =>
      findHolder(kit, { realm, kind, resource: resource.toWellFormed(), name: name.toWellFormed() }),
    ),
  )
  const ids = holders.flatMap((id) => id ?? [])
  const records = (await lookAtMany(kit, ids))
    .filter(({ record, at }) => isLive(record, at) && record.resource === resource && record.name === name)
    .map(({ record }) => record)
  return { records, known: [...byPartition(ids).keys()] }
}

async function recordsOf(kit: Kit, realm: string, ids: readonly string[]): Promise<readonly SessionRecord[]> {
  const seen = await lookAtMany(kit, ids)
  return seen.map(({ record }) => record).filter((record) => record.realm === realm)
}

async function lookAtMany(kit: Kit, ids: readonly string[]): Promise<readonly Seen[]> {
  const groups = [...byPartition(ids)].map(([partition, some]) => lookAtAll(kit, partition, some))
  return (await Promise.all(groups)).flat()
}

/** Sessions to be ended, and partitions to write in although there is nothing to end in them. */
interface Aims {
  readonly aims: readonly Aim[]
  readonly known?: Iterable<string>
}

/**
 * Ends sessions, partition by partition. Writes, also where what was pointed at is over: whoever asks again stands on a
 * write, and is told a position behind the ends that were asked for before.
 */
async function endAll(
  kit: Kit,
  realm: string,
  { aims, known = [] }: Aims,
  ending: NewEnding,
  limit: number,
): Promise<Round> {
  const byId = new Map(aims.map((aim) => [aim.id, aim]))
  const groups = new Map(byPartition(byId.keys()))
  for (const partition of known) if (!groups.has(partition)) groups.set(partition, [])
  if (groups.size === 0) groups.set(homeOf(realm), [])
  const epoch = await kit.epochs.of(realm)
  let sum: Round = { ended: [], descendants: [], position: '0', changed: [] }
  const isBounded = limit >= byId.size
  const endIn = async (
    [partition, ids]: readonly [string, readonly string[]],
    most: number,
  ): Promise<Round> => {
    const sessions = ids.map((id) => {
      const { revision, active } = byId.get(id) ?? {}
      return { rest: restOfId(id), revision, active }
    })
    const { reason, by } = ending
    const answer = await ask(kit, END, partition, { sessions, limit: most, realm, epoch, reason, by })
    const [ended, descendants, count, changed] = listOf(answer)
    return {
      ended: readSessions(partition, ended),
      descendants: readSessions(partition, descendants),
      position: placeOf(partition, count),
      changed: listOf(changed).map((rest) => idOf(partition, rest)),
    }
  }
  if (isBounded) {
    const rounds = await Promise.all([...groups].map((group) => endIn(group, limit)))
    return rounds.reduce(
      (all, round) => ({ ...add(all, round), changed: [...all.changed, ...round.changed] }),
      sum,
    )
  }
  for (const group of groups) {
    const round = await endIn(group, limit - sum.ended.length)
    sum = { ...add(sum, round), changed: [...sum.changed, ...round.changed] }
    if (sum.ended.length >= limit) break
  }
  return sum
}

function add(sum: EndedBatch, { ended, descendants, position }: EndedBatch): EndedBatch {
  return {
    ended: [...sum.ended, ...ended],
    descendants: [...sum.descendants, ...descendants],
    position: join(sum.position, position),
  }
}
