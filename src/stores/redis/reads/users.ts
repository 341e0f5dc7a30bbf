/**
 * Reading users, denials and access keys.
 *
 * @module
 */
import type { AccessKey } from '../../../core/access-key.ts'
import type { Denial, DenialQuery } from '../../../core/denial.ts'
import { partitionOf } from '../../../core/id.ts'
import type { Page } from '../../../core/page.ts'
import { SESSION_KINDS } from '../../../core/session.ts'
import type { UserQuery } from '../../../core/store.ts'
import type { SecretHash } from '../../../core/token.ts'
import type { UserRecord } from '../../../core/user.ts'
import { type Access, ask, readClock, textsOf } from '../access.ts'
import { readDenial, readKey } from '../entry.ts'
import { baseOf, FIXED_PARTITION, homeOf, KEYS, PARTITIONS } from '../keys.ts'
import { readUser } from '../record.ts'
import { LIST_USERS } from '../scripts/listing.ts'
import type { Epochs } from './truth.ts'

/** Finds a user. */
export async function findUser(
  { client, prefix }: Access,
  realm: string,
  id: string,
): Promise<UserRecord | undefined> {
  const partition = partitionOf({ realm, userId: id })
  const text = await client.read(partition, 'GET', baseOf(prefix, partition) + KEYS.user(realm, id))
  return typeof text === 'string' ? readUser(realm, id, text) : undefined
}

/** Lists users by id, in the order of its bytes. With `holding`, a page may be short and have a cursor still. */
export async function listUsers(access: Access, epochs: Epochs, query: UserQuery): Promise<Page<UserRecord>> {
  const { realm, limit, after, holding } = query
  const request = {
    realm,
    count: limit + 1,
    looked: holding === undefined ? limit + 1 : LOOKED_AT,
    ...(after !== undefined && { after }),
    ...(holding !== undefined && {
      kind: SESSION_KINDS.indexOf(holding),
      epoch: await epochs.of(realm),
    }),
  }
  const parts = await Promise.all(
    PARTITIONS.map(async (partition) => textsOf(await ask(access, LIST_USERS, partition, request))),
  )
  const unfinished = parts.flatMap(([last = '']) => (last === '' ? [] : [last])).sort(byBytes)
  const [reach] = unfinished
  const found = parts
    .flatMap(([, ...rest]) => inPairs(rest))
    .filter(([id]) => reach === undefined || byBytes(id, reach) <= 0)
    .sort(([a], [b]) => byBytes(a, b))
  const items = found.slice(0, limit).map(([id, text]) => readUser(realm, id, text))
  const nextCursor = found.length > limit ? items.at(-1)?.id : reach
  return nextCursor === undefined ? { items } : { items, nextCursor }
}

/** Lists what is kept out of a realm now, oldest first. */
export async function listDenials(access: Access, query: DenialQuery): Promise<Page<Denial>> {
  const { realm, limit, after = '0' } = query
  const home = homeOf(realm)
  const now = await readClock(access, home)
  const items: Denial[] = []
  for await (const denial of denialsAfter(access, home, realm, after, limit + 1)) {
    if (denial.until <= now) continue
    const last = items.at(-1)
    if (last && items.length === limit) return { items, nextCursor: last.id }
    items.push(denial)
  }
  return { items }
}

/** Finds an access key by the hash of its secret, withdrawn or not. */
export async function findKey({ client, prefix }: Access, hash: SecretHash): Promise<AccessKey | undefined> {
  const base = baseOf(prefix, FIXED_PARTITION)
  const id = await client.read(FIXED_PARTITION, 'HGET', base + KEYS.keyHashes(), hash)
  if (typeof id !== 'string') return undefined
  const text = await client.read(FIXED_PARTITION, 'HGET', base + KEYS.keys(), id)
  return typeof text === 'string' ? readKey(id, text) : undefined
}

/** Lists access keys, oldest first. */
export async function listKeys({ client, prefix }: Access): Promise<readonly AccessKey[]> {
  const base = baseOf(prefix, FIXED_PARTITION)
  const texts = textsOf(await client.read(FIXED_PARTITION, 'HGETALL', base + KEYS.keys()))
  return inPairs(texts)
    .map(([id, text]) => readKey(id, text))
    .sort((a, b) => a.createdAt - b.createdAt || byBytes(a.id, b.id))
}

async function* denialsAfter(
  { client, prefix }: Access,
  home: string,
  realm: string,
  after: string,
  chunk: number,
): AsyncGenerator<Denial, undefined, undefined> {
  const key = baseOf(prefix, home) + KEYS.denials(realm)
  let from = /^\d{1,15}$/.test(after) ? after : '0'
  for (;;) {
    const range = [`(${from}`, '+inf', 'LIMIT', 0, chunk]
    const texts = textsOf(await client.read(home, 'ZRANGEBYSCORE', key, ...range))
    for (const text of texts) {
      const denial = readDenial(realm, text)
      from = denial.id
      yield denial
    }
    if (texts.length < chunk) return undefined
  }
}

/** Users that one look at a partition looks at, where not each of them is meant. */
const LOOKED_AT = 500

function inPairs(texts: readonly string[]): (readonly [string, string])[] {
  return texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] ?? ''] as const] : []))
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
