/**
 * Giving everything away, partition by partition.
 *
 * @module
 */
import { badCursor, type Place } from '../../../core/page.ts'
import { type Portable, type PortablePage, portableSession, portableUser } from '../../../core/portable.ts'
import type { SessionRecord } from '../../../core/session.ts'
import { type Access, ask, readClock, textsOf } from '../access.ts'
import { readDenial, readKey, readKeyHash } from '../entry.ts'
import { baseOf, FIXED_PARTITION, KEYS, PARTITIONS, restOfMember, serialOfMember } from '../keys.ts'
import { readLastStamp, readSession, readUser } from '../record.ts'
import { GATHER_SESSIONS } from '../scripts/reading.ts'
import { finderOf } from './find.ts'
import { type Epochs, truthOf } from './truth.ts'

/** Reads a piece of everything: keys, then of each partition its users, sessions and what is kept out. */
export async function dump(
  access: Access,
  epochs: Epochs,
  after: string | undefined,
  limit: number,
): Promise<PortablePage> {
  const step = after === undefined ? { part: 'keys' as const, partition: 0, place: [] } : readStep(after)
  const { items, place } = await PARTS[step.part]({ access, epochs, limit, ...step })
  const next = place === undefined ? stepAfter(step) : { ...step, place }
  return next === undefined ? { items } : { items, next: JSON.stringify(next) }
}

/** How far somebody has come. `place` is within one part of one partition; empty at its beginning. */
interface Step {
  readonly part: PartName
  readonly partition: number
  readonly place: readonly string[]
}

type PartName = 'keys' | 'users' | 'sessions' | 'denials'

interface Task extends Step {
  readonly access: Access
  readonly epochs: Epochs
  readonly limit: number
}

/** Some items, and where to go on in the same part; nowhere where it is done. */
interface Piece {
  readonly items: readonly Portable[]
  readonly place?: readonly string[]
}

const ORDER: readonly PartName[] = ['keys', 'users', 'sessions', 'denials']

const PARTS: Readonly<Record<PartName, (task: Task) => Promise<Piece>>> = {
  keys: readKeys,
  users: (task) => inRealms(task, readUsers),
  sessions: (task) => inRealms(task, readRealmSessions),
  denials: readDenials,
}

function readStep(text: string): Step {
  try {
    const step = JSON.parse(text) as Step
    if (ORDER.includes(step.part) && PARTITIONS[step.partition] !== undefined) return step
  } catch {
    // It is refused below.
  }
  throw badCursor()
}

function stepAfter({ part, partition }: Step): Step | undefined {
  const next = ORDER[ORDER.indexOf(part) + 1]
  if (next !== undefined) return { part: next, partition, place: [] }
  return partition + 1 < PARTITIONS.length
    ? { part: 'users', partition: partition + 1, place: [] }
    : undefined
}

async function readKeys({ access: { client, prefix }, place: [after = ''], limit }: Task): Promise<Piece> {
  const key = baseOf(prefix, FIXED_PARTITION) + KEYS.keys()
  const texts = textsOf(await client.read(FIXED_PARTITION, 'HGETALL', key))
  const all = texts.flatMap((id, index) =>
    index % 2 === 0 && id > after ? [{ id, text: texts[index + 1] ?? '' }] : [],
  )
  const page = all.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
  const items = page.map(
    ({ id, text }): Portable => ({ kind: 'key', key: readKey(id, text), hash: readKeyHash(text) }),
  )
  const last = page.at(-1)
  return last && all.length > limit ? { items, place: [last.id] } : { items }
}

/** Reads a part of one realm after the other. The first word of a place is the realm. */
async function inRealms(task: Task, read: (task: Task, realm: string) => Promise<Piece>): Promise<Piece> {
  const { access, place } = task
  const [from, ...within] = place
  const partition = PARTITIONS[task.partition] ?? ''
  const key = baseOf(access.prefix, partition) + KEYS.realms()
  const realms = textsOf(await access.client.read(partition, 'SMEMBERS', key)).toSorted()
  const realm = realms.find((each) => from === undefined || each >= from)
  if (realm === undefined) return { items: [] }
  const { items, place: next } = await read({ ...task, place: realm === from ? within : [] }, realm)
  if (next !== undefined) return { items, place: [realm, ...next] }
  const following = realms.find((each) => each > realm)
  return following === undefined ? { items } : { items, place: [following] }
}

async function readUsers(task: Task, realm: string): Promise<Piece> {
  const { access, limit, place } = task
  const [after] = place
  const partition = PARTITIONS[task.partition] ?? ''
  const base = baseOf(access.prefix, partition)
  const range = [after === undefined ? '-' : `(${after}`, '+', 'LIMIT', 0, limit]
  const ids = textsOf(await access.client.read(partition, 'ZRANGEBYLEX', base + KEYS.users(realm), ...range))
  const items = await Promise.all(
    ids.map(async (id): Promise<readonly Portable[]> => {
      const text = await access.client.read(partition, 'GET', base + KEYS.user(realm, id))
      return typeof text === 'string' ? [portableUser(readUser(realm, id, text), readLastStamp(text))] : []
    }),
  )
  const last = ids.at(-1)
  return last !== undefined && ids.length === limit
    ? { items: items.flat(), place: [last] }
    : { items: items.flat() }
}

async function readRealmSessions(task: Task, realm: string): Promise<Piece> {
  const { access, epochs, limit, place } = task
  const partition = PARTITIONS[task.partition] ?? ''
  const [moment = 0, serial = 0] = place.map(Number)
  const [now, realmEpoch] = await Promise.all([readClock(access, partition), epochs.of(realm)])
  const request = { realm, moment, serial, count: limit }
  const texts = textsOf(await ask(access, GATHER_SESSIONS, partition, request))
  const truth = truthOf(access)
  const find = finderOf(access)
  const items: Portable[] = []
  let last: Place | undefined
  for (let index = 0; index + 3 < texts.length; index += 4) {
    const [member = '', score = '', text = '', owner = ''] = texts.slice(index, index + 4)
    last = [Number(score), serialOfMember(member)]
    if (text === '') continue
    const kept = readSession(partition, restOfMember(member), text)
    const user = owner === '' ? undefined : readUser(realm, kept.userId ?? '', owner)
    const record = await truth.resolve(kept, user, realmEpoch)
    items.push(portableSession(record, await parentOf(record, find), now))
  }
  return last !== undefined && texts.length === 4 * limit ? { items, place: last.map(String) } : { items }
}

/** The login above what is open; whatever is over needs none. */
async function parentOf(
  { parentId, ending }: SessionRecord,
  find: ReturnType<typeof finderOf>,
): Promise<SessionRecord | undefined> {
  return parentId === undefined || ending !== undefined ? undefined : (await find(parentId))?.record
}

/** Denials are few: those of a partition are one piece. */
async function readDenials({ access, partition: index }: Task): Promise<Piece> {
  const { client, prefix } = access
  const partition = PARTITIONS[index] ?? ''
  const base = baseOf(prefix, partition)
  const now = await readClock(access, partition)
  const names = textsOf(await client.read(partition, 'ZRANGE', base + KEYS.denialsByEnd(), 0, -1))
  const found = await Promise.all(
    names.map(async (name) => {
      const [realm = '', id = ''] = name.split('\n')
      const texts = textsOf(await client.read(partition, 'ZRANGEBYSCORE', base + KEYS.denials(realm), id, id))
      return texts.map((text) => readDenial(realm, text))
    }),
  )
  const items = found.flat().filter(({ until }) => until > now)
  return { items: items.map((denial) => ({ kind: 'denial', denial })) }
}
