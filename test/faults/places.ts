import type { PlaceKind } from './place.ts'
import { postgres } from './places-postgres.ts'
import { redis } from './places-redis.ts'
import { redisClusterPlace } from './places-redis-cluster.ts'
import { sqlite } from './places-sqlite.ts'

/** Every kind of store that nodes can share. */
export const SHARED_PLACES: readonly PlaceKind[] = [postgres, redis, redisClusterPlace]

/** Every kind of store that faults are tried on. */
export const PLACES: readonly PlaceKind[] = [sqlite, ...SHARED_PLACES]
