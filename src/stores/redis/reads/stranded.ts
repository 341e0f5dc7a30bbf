/**
 * Finding lines of nodes that are not there any more.
 *
 * @module
 */
import { isLive } from '../../../core/policy.ts'
import type { SessionRecord } from '../../../core/session.ts'
import { type Access, ask, listOf } from '../access.ts'
import { PARTITIONS, restOfLine } from '../keys.ts'
import { readSession, readUser } from '../record.ts'
import { LINES_BETWEEN } from '../scripts/lines.ts'
import { type Epochs, type Truth, truthOf } from './truth.ts'

/** Finds live lines of other nodes than these. Where there are none, one question to each partition, all at once, shows it. */
export async function stranded(
  access: Access,
  epochs: Epochs,
  nodes: readonly string[],
  limit: number,
): Promise<readonly SessionRecord[]> {
  const gaps = gapsBetween(nodes)
  const first = await Promise.all(
    PARTITIONS.map((partition) => fetch({ access, partition, gaps }, { count: 1 })),
  )
  const found: SessionRecord[] = []
  for (const [index, partition] of PARTITIONS.entries()) {
    if (first[index]?.kept.length === 0) continue
    found.push(...(await liveIn({ access, partition, gaps }, epochs, limit - found.length)))
    if (found.length >= limit) break
  }
  return found
}

/** Bounds of members, as `ZRANGEBYLEX` takes them. */
type Gap = readonly [from: string, to: string]

/** All members but those of some nodes. */
function gapsBetween(nodes: readonly string[]): readonly Gap[] {
  const names = [...new Set(nodes)].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  const froms = ['-', ...names.map((name) => `(${name}\n${BEHIND_EVERY_DIGIT}`)]
  const tos = [...names.map((name) => `(${name}\n`), '+']
  return froms.map((from, index) => [from, tos[index] ?? '+'])
}

const BEHIND_EVERY_DIGIT = '~'

interface Place {
  readonly access: Access
  readonly partition: string
  readonly gaps: readonly Gap[]
}

interface Kept {
  readonly gap: number
  readonly member: string
  readonly text: string
  readonly owner: string
}

/** Lines that one question answers with at the most. */
const AT_ONCE = 100

/** The first live ones of a partition. Those that are over and only not written so yet are passed by. */
async function liveIn(place: Place, epochs: Epochs, limit: number): Promise<readonly SessionRecord[]> {
  const truth = truthOf(place.access)
  const live: SessionRecord[] = []
  let last: Kept | undefined
  do {
    const { at, kept } = await fetch(place, {
      count: AT_ONCE,
      ...(last && { gap: last.gap, after: last.member }),
    })
    const records = await Promise.all(kept.map((each) => recordOf(place, each, truth, epochs)))
    live.push(...records.flat().filter((record) => isLive(record, at)))
    last = kept.length === AT_ONCE ? kept.at(-1) : undefined
  } while (last !== undefined && live.length < limit)
  return live.slice(0, limit)
}

async function recordOf(
  { partition }: Place,
  { member, text, owner }: Kept,
  truth: Truth,
  epochs: Epochs,
): Promise<readonly SessionRecord[]> {
  if (text === '') return []
  const record = readSession(partition, restOfLine(member), text)
  const { realm, userId } = record
  const user = userId === undefined || owner === '' ? undefined : readUser(realm, userId, owner)
  return [await truth.resolve(record, user, await epochs.of(realm))]
}

/** How many lines to fetch, and where to go on. */
interface From {
  readonly count: number
  readonly gap?: number
  readonly after?: string
}

async function fetch(
  { access, partition, gaps }: Place,
  from: From,
): Promise<{ readonly at: number; readonly kept: readonly Kept[] }> {
  const [at, ...values] = listOf(await ask(access, LINES_BETWEEN, partition, { gaps, ...from }))
  const kept: Kept[] = []
  for (let index = 0; index + 3 < values.length; index += 4) {
    const [gap, member, text, owner] = values.slice(index, index + 4)
    kept.push({ gap: Number(gap), member: String(member), text: String(text), owner: String(owner) })
  }
  return { at: Number(at), kept }
}
