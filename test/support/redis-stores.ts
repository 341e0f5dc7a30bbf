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

/** Opens an empty store on the shared server, on a given clock. */
export function openRedis(clock: () => number): Promise<SessionStore & PortableStore> {
  server ??= redisServer({ config: CARELESS })
  return open(server, clock)
}

/** Opens an empty store on the shared cluster, on a given clock. */
export function openRedisCluster(clock: () => number): Promise<SessionStore & PortableStore> {
  cluster ??= redisCluster(CARELESS)
  return open(cluster, clock)
}

/** Nobody cuts the power in these tests. */
const CARELESS = { appendonly: 'no' }

let server: ReturnType<typeof redisServer> | undefined
let cluster: ReturnType<typeof redisCluster> | undefined
let stores = 0

async function open(
  ground: Promise<{ readonly url: string }>,
  clock: () => number,
): ReturnType<typeof openRedis> {
  stores += 1
  const prefix = `store${stores}`
  return redisStore({ url: (await ground).url, prefix, clock, patience: 5_000 })
}
