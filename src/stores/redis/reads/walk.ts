/**
 * Walking along the indexes of one partition, or of many at once, latest first.
 *
 * @module
 */
import type { Place, Sort } from '../../../core/page.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Instant } from '../../../core/time.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, listOf } from '../access.ts'
import { restOfMember, serialOfMember } from '../keys.ts'
import { readSession, readUser } from '../record.ts'
import { WALK } from '../scripts/reading.ts'
import type { Path } from './paths.ts'
import { type Truth, truthOf } from './truth.ts'

/** A session that was met, in truth. */
export interface Met {
  readonly place: Place
  readonly record: SessionRecord
  readonly displayName?: string | undefined

  /** The moment by the clock of its partition. */
  readonly at: Instant
}

/** What part of the indexes to walk along, and how. */
export interface Stretch {
  /** Only what is behind this place. */
  readonly behind?: Place

  /** Nothing from before this moment. */
  readonly floor?: Instant

  /** How many sessions to fetch at first; more later. */
  readonly chunk: number
  readonly realmEpoch: number
}

/** Walks along all paths together, as if they were one. Places may have gone when they are reached: they are left out. */
export async function* walk(
  access: Access,
  paths: readonly Path[],
  stretch: Stretch,
): AsyncGenerator<Met, undefined, undefined> {
  const truth = truthOf(access)
  const sources = paths.map((path) => sourceOf(access, path, stretch, truth))
  let latest: Place | undefined
  for (;;) {
    await Promise.all(sources.map((source) => source.fill()))
    const next = sources.reduce<Source | undefined>(later, undefined)
    const met = next?.take()
    if (met === undefined) return undefined
    if (latest === undefined || compare(met.place, latest) > 0) yield met
    latest = met.place
  }
}

/** Orders places, latest first. */
export function compare(a: Place, b: Place): number {
  return b[0] - a[0] || b[1] - a[1]
}

/** The place of a session in an order. */
export function placeOf(record: SessionRecord, sort: Sort): Place {
  return [sort === 'issued' ? record.issuedAt : record.lastActiveAt, record.serial]
}

/** The most sessions that are fetched at a time. */
const MOST_AT_ONCE = 250

interface Source {
  /** Fetches where nothing is at hand and there may be more. */
  fill(): Promise<void>
  peek(): Met | undefined
  take(): Met | undefined
}

function later(best: Source | undefined, source: Source): Source | undefined {
  const place = source.peek()?.place
  if (place === undefined) return best
  const first = best?.peek()?.place
  return first === undefined || compare(place, first) < 0 ? source : best
}

function sourceOf(access: Access, path: Path, stretch: Stretch, truth: Truth): Source {
  let { behind, chunk } = stretch
  let hand: readonly Met[] = []
  let taken = 0
  let isLast = path.indexes.length === 0
  return {
    async fill() {
      while (taken >= hand.length && !isLast) {
        const fetched = await fetch(access, path, { ...stretch, ...(behind && { behind }), chunk }, truth)
        hand = fetched.met
        taken = 0
        isLast = fetched.isLast
        behind = fetched.behind ?? behind
        chunk = Math.min(2 * chunk, MOST_AT_ONCE)
      }
    },
    peek: () => hand[taken],
    take: () => hand[taken++],
  }
}

interface Fetched {
  readonly met: readonly Met[]
  readonly isLast: boolean
  readonly behind: Place | undefined
}

async function fetch(
  access: Access,
  { partition, indexes }: Path,
  { behind, floor, chunk, realmEpoch }: Stretch,
  truth: Truth,
): Promise<Fetched> {
  const answer = await ask(access, WALK, partition, {
    indexes,
    count: chunk,
    ...(behind && { moment: behind[0], serial: behind[1] }),
    ...(floor !== undefined && { floor }),
  })
  const [now, isLast, sessions, owners] = listOf(answer)
  const at = Number(now)
  const users = readOwners(listOf(owners).map(String))
  const found = inThrees(listOf(sessions))
  const last = found.at(-1)
  const met = await Promise.all(
    found.map(async ([member, score, text]) => {
      if (text === '') return []
      const record = readSession(partition, restOfMember(member), text)
      const user = users.get(`${record.realm}\n${record.userId}`)
      const resolved = await truth.resolve(record, user, realmEpoch)
      const place: Place = [Number(score), record.serial]
      return [{ place, record: resolved, displayName: user?.displayName, at }]
    }),
  )
  return {
    met: met.flat(),
    isLast: Number(isLast) === 1,
    behind: last && [Number(last[1]), serialOfMember(last[0])],
  }
}

function readOwners(texts: readonly string[]): ReadonlyMap<string, UserRecord> {
  const users = new Map<string, UserRecord>()
  for (let index = 0; index + 1 < texts.length; index += 2) {
    const [name = '', text = ''] = texts.slice(index, index + 2)
    const [realm = '', id = ''] = name.split('\n')
    if (text !== '') users.set(name, readUser(realm, id, text))
  }
  return users
}

function inThrees(values: readonly unknown[]): (readonly [string, string, string])[] {
  const threes: (readonly [string, string, string])[] = []
  for (let index = 0; index + 2 < values.length; index += 3) {
    threes.push([String(values[index]), String(values[index + 1]), String(values[index + 2])])
  }
  return threes
}
