/**
 * The journal: one for each partition, read as if they were one.
 *
 * @module
 */
import type { RollcallEvent } from '../../../core/events.ts'
import { type Counts, readPosition, writePosition } from '../../../core/position.ts'
import type { JournalPage } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import { type Access, ask, listOf, readClock, textsOf } from '../access.ts'
import { type Entry, readEntry } from '../entry.ts'
import { baseOf, FIXED_PARTITION, PARTITIONS } from '../keys.ts'
import { MEND_JOURNAL, OLDEST_ENTRIES, READ_JOURNALS, TRIM_JOURNAL } from '../scripts/journal.ts'

/** Reading and trimming of the journals. */
export interface Journals {
  read(after: string | undefined, limit: number): Promise<JournalPage>
  trim(keep: { readonly entries: number; readonly age: number }): Promise<number>
}

/**
 * Prepares to read the journals, in the order in which their entries were written, so far as clocks tell.
 *
 * It remembers the last entry that it read of each. Where that is not there any more although nothing was trimmed, a
 * replica without it has become the master: the journal is begun anew then, and every position before is forgotten.
 */
export function journalsOf(access: Access): Journals {
  const latest = new Map<string, Latest>()

  async function readAll(after: Counts | undefined, limit: number): Promise<Heads> {
    const asked = new Map(latest)
    const heads = await readHeads(access, after, limit, asked)
    const lost = [...heads.journals].filter(([partition, journal]) => isLost(asked.get(partition), journal))
    if (lost.length === 0) return heads
    await Promise.all(
      lost.map(async ([partition]) => {
        await ask(access, MEND_JOURNAL, partition, { past: asked.get(partition)?.count ?? 0 })
        if (latest.get(partition) === asked.get(partition)) latest.delete(partition)
      }),
    )
    return readAll(after, limit)
  }

  function keepLatest(entries: readonly Read[]): void {
    for (const { partition, count, entry } of entries) {
      if (count >= (latest.get(partition)?.count ?? 0))
        latest.set(partition, { count, order: String(entry.order) })
    }
  }

  return {
    async read(after, limit) {
      const from = after === undefined ? undefined : readPosition(after)
      const { at, journals } = await readAll(after === undefined ? undefined : from, limit)
      const here = new Map([...journals].map(([partition, { count }]) => [partition, count]))
      const nothing = { events: [], position: writePosition(here), at }
      if (after === undefined) return { ...nothing, forgotten: false }
      if (from === undefined || isForgotten(from, journals)) return { ...nothing, forgotten: true }
      const entries = merge(journals).slice(0, limit)
      keepLatest(entries)
      const counts = new Map(from)
      const events = entries.map(({ partition, count, entry }): RollcallEvent => {
        counts.set(partition, count)
        return { ...entry.event, cursor: writePosition(counts) }
      })
      return { events, position: writePosition(counts), forgotten: false, at }
    },

    async trim({ entries, age }) {
      const oldest = (await readClock(access, FIXED_PARTITION)) - age
      const through = await placesBeyond(access, entries)
      const dropped = await Promise.all(
        PARTITIONS.map((partition) => trimOne(access, partition, oldest, through.get(partition) ?? 0)),
      )
      return dropped.reduce((sum, count) => sum + count, 0)
    },
  }
}

/** The entry of a journal that was read last. */
interface Latest {
  readonly count: number
  readonly order: string
}

interface Heads {
  readonly at: Instant
  readonly journals: ReadonlyMap<string, OneJournal>
}

interface OneJournal {
  readonly count: number
  readonly floor: number

  /** Of the entry that was read last, as it is there now; empty where there is none. */
  readonly order: string
  readonly entries: readonly Read[]
}

interface Read {
  readonly partition: string
  readonly count: number
  readonly entry: Entry
}

/** Entries that one look at the oldest of a partition fetches. */
const OLDEST = 1_000

/** Reads each partition's part: all at once where one command may name the keys of all. */
async function readHeads(
  { client, prefix, clock }: Access,
  after: Counts | undefined,
  limit: number,
  latest: ReadonlyMap<string, Latest>,
): Promise<Heads> {
  const now = clock === undefined ? '' : clock()
  const groups = client.clustered ? PARTITIONS.map((partition) => [partition]) : [PARTITIONS]
  const answers = await Promise.all(
    groups.map(async (partitions) => {
      const keys = partitions.map((partition) => baseOf(prefix, partition))
      const places = partitions.flatMap((partition) => [
        after === undefined ? -1 : (after.get(partition) ?? 0),
        latest.get(partition)?.count ?? 0,
      ])
      const answer = await client.run(READ_JOURNALS, partitions[0] ?? '', keys, [now, limit, ...places])
      return listOf(answer)
    }),
  )
  const journals = answers.flatMap(([, ...parts], group) =>
    parts.map((part, index): readonly [string, OneJournal] => {
      const partition = groups[group]?.[index] ?? ''
      return [partition, readOne(partition, listOf(part))]
    }),
  )
  return { at: Math.max(...answers.map(([at]) => Number(at))), journals: new Map(journals) }
}

function readOne(partition: string, [count, floor, order, entries]: readonly unknown[]): OneJournal {
  return {
    count: Number(count),
    floor: Number(floor),
    order: String(order),
    entries: listOf(entries).map((each): Read => {
      const [id, fields] = listOf(each)
      const entry = readEntry(partition, String(id), textsOf(fields))
      return { partition, count: Number(String(id).split('-')[0]), entry }
    }),
  }
}

/** Whether an entry that was read is not there any more, and was not trimmed. */
function isLost(latest: Latest | undefined, { count, floor, order }: OneJournal): boolean {
  if (latest === undefined || floor >= latest.count) return false
  return count < latest.count || Number(order) !== Number(latest.order)
}

function isForgotten(from: Counts, journals: ReadonlyMap<string, OneJournal>): boolean {
  if ([...from.keys()].some((partition) => !journals.has(partition))) return true
  return [...journals].some(([partition, { count, floor }]) => {
    const stand = from.get(partition) ?? 0
    return stand < floor || stand > count
  })
}

/** Puts the entries of all journals into one order. Those of one journal stay in theirs, whatever its clock did. */
function merge(journals: ReadonlyMap<string, OneJournal>): readonly Read[] {
  const ordered = [...journals.values()].flatMap(({ entries }) => {
    let order = 0
    return entries.map((read) => {
      order = Math.max(order, read.entry.order)
      return { read, order }
    })
  })
  return ordered.sort((a, b) => a.order - b.order || byPlace(a.read, b.read)).map(({ read }) => read)
}

function byPlace(a: Read, b: Read): number {
  if (a.partition === b.partition) return a.count - b.count
  return a.partition < b.partition ? -1 : 1
}

/** Through which place each journal must be trimmed so that only so many of the latest entries are left in all. */
async function placesBeyond(access: Access, keep: number): Promise<ReadonlyMap<string, number>> {
  const heads = await readHeads(access, undefined, 0, new Map())
  const sizes = [...heads.journals.values()].map(({ count, floor }) => count - floor)
  const excess = sizes.reduce((sum, size) => sum + size, 0) - keep
  if (excess <= 0) return new Map()
  const limit = Math.min(excess, OLDEST)
  const oldest = await Promise.all(
    PARTITIONS.map(async (partition) => {
      const [size, ...rest] = textsOf(await ask(access, OLDEST_ENTRIES, partition, { limit })).map(Number)
      const found = rest.flatMap((place, index) =>
        index % 2 === 0 ? [{ partition, place, order: rest[index + 1] ?? 0 }] : [],
      )
      return { found, isAll: found.length === size }
    }),
  )
  const reach = Math.min(
    ...oldest.map(({ found, isAll }) => (isAll ? Number.POSITIVE_INFINITY : (found.at(-1)?.order ?? 0))),
  )
  const beyond = oldest
    .flatMap(({ found }) => found)
    .filter(({ order }) => order <= reach)
    .sort((a, b) => a.order - b.order || a.place - b.place)
    .slice(0, excess)
  return new Map(beyond.map(({ partition, place }) => [partition, place]))
}

async function trimOne(access: Access, partition: string, oldest: Instant, through: number): Promise<number> {
  let sum = 0
  for (;;) {
    const [dropped = 0, more] = textsOf(await ask(access, TRIM_JOURNAL, partition, { oldest, through })).map(
      Number,
    )
    sum += dropped
    if (more !== 1) return sum
  }
}
