/**
 * Redis for tests that are about something else: one server and one cluster for all of a file, started when they are
 * first needed and ended with its process, and a prefix for each store.
 *
 * @module
 */
import type { PortableStore } from '../../src/core/portable.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis/store.ts'
import { redisCluster, redisServer } from './redis-server.ts'

/** Opens a store on the shared server, on a given clock; empty, unless its prefix has been used. */
export function openRedis(clock: () => number, prefix?: string): Promise<SessionStore & PortableStore> {
  server ??= redisServer({ config: CARELESS })
  return open(server, clock, prefix)
}

/** Opens a store on the shared cluster, on a given clock; empty, unless its prefix has been used. */
export function openRedisCluster(
  clock: () => number,
  prefix?: string,
): Promise<SessionStore & PortableStore> {
  cluster ??= redisCluster(CARELESS)
  return open(cluster, clock, prefix)
}

/** A prefix that no store has yet. */
export function nextPrefix(): string {
  stores += 1
  return `store${stores}`
}

/** Nobody cuts the power in these tests. */
const CARELESS = { appendonly: 'no' }

let server: ReturnType<typeof redisServer> | undefined
let cluster: ReturnType<typeof redisCluster> | undefined
let stores = 0

async function open(
  ground: Promise<{ readonly url: string }>,
  clock: () => number,
  prefix: string = nextPrefix(),
): ReturnType<typeof openRedis> {
  return redisStore({ url: (await ground).url, prefix, clock, patience: 5_000 })
}
