/**
 * Finding sessions by id.
 *
 * @module
 */
import type { SessionRecord } from '../../../core/session.ts'
import type { Found } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, listOf } from '../access.ts'
import { homeOf, partitionOfId, restOfId } from '../keys.ts'
import { readSession, readUser } from '../record.ts'
import { FIND } from '../scripts/reading.ts'
import { gathered } from './gather.ts'
import { type Epochs, epochsOf, isOutdated, truthOf } from './truth.ts'

/** Finds a session by id, over or not. */
export type Find = (id: string) => Promise<Found | undefined>

/**
 * Prepares to find sessions: in one round trip, once it has met one of their realm. Those asked for at once go together:
 * on one server in one question, which reads the epochs of realms too; in a cluster in one for each partition, and
 * epochs are read beside it, where realms are at home.
 */
export function finderOf(access: Access): Find {
  const parts: Parts = { access, epochs: epochsOf(access), homes: new Map() }
  const find = gathered({
    most: TOGETHER,
    groupOf: access.client.clustered ? (id) => partitionOfId(id) ?? '' : () => '',
    ask: (ids) => lookAt(parts, ids),
  })
  return (id) => (partitionOfId(id) === undefined ? Promise.resolve(undefined) : find(id))
}

/** Sessions that one question asks for at the most. */
const TOGETHER = 64

/** Realms whose epochs are read on the chance that a session is one of theirs: those that were met last. */
const SUPPOSED = 4

interface Parts {
  readonly access: Access
  readonly epochs: Epochs

  /** Where the realms that were met last are at home. */
  readonly homes: Map<string, string>
}

/** What is kept of one session. */
interface Kept {
  readonly record: SessionRecord
  readonly user: UserRecord | undefined
  readonly parent: SessionRecord | undefined
  readonly at: Instant
}

async function lookAt(
  { access, epochs, homes }: Parts,
  ids: readonly string[],
): Promise<(place: number) => Found | undefined | Promise<Found>> {
  const supposed = [...homes]
  const told = access.client.clustered ? [] : supposed
  const beside = access.client.clustered ? supposed : []
  const known = new Map<string, number | Promise<number>>()
  for (const [realm] of beside) known.set(realm, held(epochs.of(realm)))
  const request = { ids: ids.map(digitsOf), realms: told.map(([realm, home]) => [home, realm]) }
  const answer = listOf(await ask(access, FIND, partitionOfId(ids[0] ?? '') ?? '', request))
  for (const [index, [realm]] of told.entries()) known.set(realm, Number(answer[1 + index]))
  return (place) => {
    const kept = readKept(ids[place] ?? '', answer, 1 + told.length + FIELDS * place)
    if (kept === undefined) return undefined
    const { realm } = kept.record
    remember(homes, realm)
    const epoch = known.get(realm) ?? epochs.of(realm)
    return typeof epoch === 'number'
      ? settle(access, kept, epoch)
      : epoch.then((read) => settle(access, kept, read))
  }
}

/** What an answer has of each session: its own text, that of its user and that of its parent. */
const FIELDS = 3

function readKept(id: string, answer: readonly unknown[], first: number): Kept | undefined {
  const text = String(answer[first])
  if (text === '') return undefined
  const partition = partitionOfId(id) ?? ''
  const record = readSession(partition, restOfId(id), text)
  const { realm, userId, parentId } = record
  const owner = String(answer[first + 1])
  const parent = String(answer[first + 2])
  return {
    record,
    user: userId === undefined || owner === '' ? undefined : readUser(realm, userId, owner),
    parent:
      parentId === undefined || parent === ''
        ? undefined
        : readSession(partition, restOfId(parentId), parent),
    at: Number(answer[0]),
  }
}

/** Gives what is kept the endings that epochs brought. */
function settle(access: Access, { record, user, parent, at }: Kept, epoch: number): Found | Promise<Found> {
  const isSettled =
    !isOutdated(record, user, epoch) && (parent === undefined || !isOutdated(parent, user, epoch))
  if (isSettled) return { record, at, ...(user && { user }), ...(parent && { parent }) }
  const truth = truthOf(access)
  return Promise.all([truth.resolve(record, user, epoch), parent && truth.resolve(parent, user, epoch)]).then(
    ([resolved, above]) => ({
      record: resolved,
      at,
      ...(user && { user }),
      ...(above && { parent: above }),
    }),
  )
}

/** Keeps the realms that were met last. */
function remember(homes: Map<string, string>, realm: string): void {
  const home = homes.get(realm) ?? homeOf(realm)
  homes.delete(realm)
  homes.set(realm, home)
  const [oldest] = homes.keys()
  if (homes.size > SUPPOSED && oldest !== undefined) homes.delete(oldest)
}

/** A reading that may fail, or not be needed, before anybody waits for it. */
function held(reading: Promise<number>): Promise<number> {
  reading.catch(() => {})
  return reading
}

/** An id without what all have in front. */
function digitsOf(id: string): string {
  return (partitionOfId(id) ?? '') + restOfId(id)
}
