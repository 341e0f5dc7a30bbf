/**
 * Sessions in Redis, on one server or a cluster.
 *
 * @module
 */
import type { ConnectionOptions } from 'node:tls'
import type { PortableStore } from '../../core/portable.ts'
import type { SessionStore } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { type Access, readClock } from './access.ts'
import { readAddress } from './address.ts'
import { caveatsOf, refuseUnsafe, survey } from './caveats.ts'
import { type ClientOptions, redisClient } from './client.ts'
import type { Confirmation } from './confirming.ts'
import { feedOf } from './feed.ts'
import { DEFAULT_PREFIX, FIXED_PARTITION, newsChannel } from './keys.ts'
import { nodesOf } from './nodes.ts'
import { writesOf } from './operations/index.ts'
import { dump } from './reads/dump.ts'
import { finderOf } from './reads/find.ts'
import { journalsOf } from './reads/journal.ts'
import { count, list } from './reads/list.ts'
import { stranded } from './reads/stranded.ts'
import { epochsOf } from './reads/truth.ts'
import { findKey, findUser, listDenials, listKeys, listUsers } from './reads/users.ts'

/** Which Redis keeps the sessions, and what is asked of it. */
export interface RedisStoreOptions {
  /**
   * `redis://host:port`, `rediss://user:password@host:port` (over TLS), or `redis-cluster://host:port,host:port`. Where
   * several hosts are named outside a cluster, the one that is the master is used.
   */
  readonly url: string

  /** What every key begins with; stores with different prefixes have nothing in common. `rollcall` unless told otherwise. */
  readonly prefix?: string

  /** Where news is heard, if not where sessions are kept; servers of the same Redis. */
  readonly feedUrl?: string

  /** When a write counts: once the master has it, or once `replicas` of its replicas have it too. */
  readonly durability?: 'local' | 'replicated'

  /** How many replicas must confirm a write; 1 unless told otherwise. Only all that could be promoted are safe. */
  readonly replicas?: number

  /** Longest wait for a connection, a new master, an answer, or replicas, in milliseconds. 1,000 unless told otherwise. */
  readonly patience?: number

  /** How to trust and be trusted, for `rediss://`. */
  readonly tls?: ConnectionOptions

  /** Stands in for the clock of the servers, which decides otherwise. For tests. */
  readonly clock?: () => Instant
}

/**
 * Opens a store in Redis 7 or newer. Any number of stores may share one.
 *
 * @throws RollcallError `bad-request` for an address that cannot be read, `store-unavailable` for servers that cannot be
 * reached, `conflict` for servers that would forget ended sessions (`maxmemory-policy`), or are too old.
 */
export async function redisStore(options: RedisStoreOptions): Promise<SessionStore & PortableStore> {
  const { prefix = DEFAULT_PREFIX, clock, feedUrl } = options
  const reach = reachOf(options)
  const client = redisClient(reach)
  try {
    refuseUnsafe(await survey(client))
  } catch (fault) {
    client.close()
    throw fault
  }
  const access: Access = { client, prefix, ...(clock && { clock }) }
  const epochs = epochsOf(access)
  const feedAddress = feedUrl === undefined ? reach.address : readAddress(feedUrl)
  const feed = feedOf({ ...reach, address: feedAddress, called: 'rollcall-feed' }, newsChannel(prefix))

  return {
    name: 'redis',
    nodes: nodesOf(access),
    feed,
    caveats: async () => caveatsOf(await survey(client), reach.confirmation),
    now: () => readClock(access, FIXED_PARTITION),

    find: finderOf(access),
    list: (query) => list(access, epochs, query),
    stranded: (nodes, limit) => stranded(access, epochs, nodes, limit),
    count: (filter) => count(access, epochs, filter),
    findUser: (realm, id) => findUser(access, realm, id),
    listUsers: (query) => listUsers(access, epochs, query),
    listDenials: (query) => listDenials(access, query),
    findKey: (hash) => findKey(access, hash),
    listKeys: () => listKeys(access),
    dump: (after, limit) => dump(access, epochs, after, limit),
    ...journalsOf(access),
    ...writesOf(access, epochs),

    async close() {
      feed.close()
      client.close()
    },
  }
}

/** Longest wait, unless told otherwise, in milliseconds. */
const PATIENCE = 1_000

function reachOf({
  url,
  tls,
  durability = 'local',
  replicas = 1,
  patience = PATIENCE,
}: RedisStoreOptions): ClientOptions {
  const confirmation: Confirmation | undefined =
    durability === 'replicated' ? { replicas, within: patience } : undefined
  return {
    address: readAddress(url),
    patience,
    ...(tls && { tls }),
    ...(confirmation && { confirmation }),
  }
}
