/**
 * What every write works with, and how it looks at sessions before it changes them.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import { joinPositions } from '../../../core/position.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Instant } from '../../../core/time.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, listOf } from '../access.ts'
import { positionOf } from '../entry.ts'
import { baseOf, homeOf, KEYS, partitionOfId, restOfId, toId } from '../keys.ts'
import { type Epochs, truthOf } from '../reads/truth.ts'
import { readSession, readUser } from '../record.ts'
import { LOOK } from '../scripts/change.ts'

/** A way into Redis that knows how to read epochs of realms. */
export interface Kit extends Access {
  readonly epochs: Epochs

  /** Realms that were met lately: their epochs are handed to writes on the chance that these are about them. */
  readonly realms: Set<string>
}

/** A session as it is kept, and all that it is judged by, as of one moment. */
export interface Seen {
  readonly partition: string
  readonly rest: string

  /** What is kept, to the letter: a change takes effect only while it is still this. */
  readonly text: string

  /** The session in truth: with the ending that an epoch brought to it. */
  readonly record: SessionRecord
  readonly parent?: SessionRecord
  readonly user?: UserRecord
  readonly at: Instant
  readonly epoch: number
}

/** Looks at a session; undefined where there is none. */
export async function look(kit: Kit, id: string): Promise<Seen | undefined> {
  const partition = partitionOfId(id)
  return partition === undefined ? undefined : (await lookAtAll(kit, partition, [id]))[0]
}

/** Looks at sessions of one partition. Those that do not exist are left out. */
export async function lookAtAll(
  kit: Kit,
  partition: string,
  ids: readonly string[],
): Promise<readonly Seen[]> {
  const rests = [...new Set(ids)].map(restOfId)
  const [at, ...values] = listOf(await ask(kit, LOOK, partition, { rests }))
  const truth = truthOf(kit)
  const seen = rests.map(async (rest, index): Promise<readonly Seen[]> => {
    const [text, owner, above] = values.slice(3 * index, 3 * index + 3)
    if (typeof text !== 'string') return []
    const kept = readSession(partition, rest, text)
    const epoch = await kit.epochs.of(kept.realm)
    const { realm, userId, parentId } = kept
    const user =
      userId !== undefined && typeof owner === 'string' ? readUser(realm, userId, owner) : undefined
    const parent =
      parentId !== undefined && typeof above === 'string'
        ? await truth.resolve(readSession(partition, restOfId(parentId), above), user, epoch)
        : undefined
    const record = await truth.resolve(kept, user, epoch)
    const whose = { ...(parent && { parent }), ...(user && { user }) }
    return [{ partition, rest, text, record, ...whose, at: Number(at), epoch }]
  })
  return (await Promise.all(seen)).flat()
}

/** Sessions in the answer of a script: what follows the partition in the id of each, and its text. */
export function readSessions(partition: string, answer: unknown): SessionRecord[] {
  const values = listOf(answer).map(String)
  const sessions: SessionRecord[] = []
  for (let index = 0; index + 1 < values.length; index += 2)
    sessions.push(readSession(partition, values[index] ?? '', values[index + 1] ?? ''))
  return sessions
}

/** A realm's epoch, and the serial that it had given last when that came: whoever has a later one lives on. */
export async function readRealm(
  { client, prefix }: Kit,
  realm: string,
): Promise<{ readonly epoch: number; readonly after: number }> {
  const home = homeOf(realm)
  const key = baseOf(prefix, home) + KEYS.realm(realm)
  const [epoch, after] = listOf(await client.read(home, 'HMGET', key, 'epoch', 'after'))
  return { epoch: Number(epoch ?? 0), after: Number(after ?? 0) }
}

/** Epochs of the realms that were met lately, by realm. */
export async function readEpochs({ epochs, realms }: Kit): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(
    await Promise.all([...realms].map(async (realm) => [realm, await epochs.of(realm)])),
  )
}

/** Realms that are kept in mind. */
const MOST_REALMS = 100

/** Keeps realms in mind, and tells whether there was any to be. */
export function meet({ realms }: Kit, met: unknown): boolean {
  const names = listOf(met).map(String)
  for (const realm of names) {
    realms.delete(realm)
    realms.add(realm)
  }
  const [oldest] = realms
  if (realms.size > Math.max(MOST_REALMS, names.length) && oldest !== undefined) realms.delete(oldest)
  return names.length > 0
}

/** Ids by the partition of each, each id once. What is no session id is in none. */
export function byPartition(ids: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const id of new Set(ids)) {
    const partition = partitionOfId(id)
    if (partition === undefined) continue
    const group = groups.get(partition) ?? []
    groups.set(partition, group)
    group.push(id)
  }
  return groups
}

/** The place of an entry, which a script answered as its count. */
export function placeOf(partition: string, count: unknown): string {
  return positionOf(partition, Number(count))
}

/** The first position that has passed each of these. */
export function join(...positions: readonly string[]): string {
  return joinPositions(positions)
}

/** The id of a session that a script named. */
export function idOf(partition: string, rest: unknown): string {
  return toId(partition, String(rest))
}

/** Tries again while what is to be changed is changed by others; each time, somebody gets on. */
export async function persist<Answer>(attempt: () => Promise<Answer | undefined>): Promise<Answer> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const answer = await attempt()
    if (answer !== undefined) return answer
  }
  throw new RollcallError(
    'store-unavailable',
    `What was to be changed was changed by others ${MOST_TRIES} times in between. Nothing was done: try again.`,
  )
}

const MOST_TRIES = 200
