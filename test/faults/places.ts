import type { PlaceKind } from './place.ts'
import { redis } from './places-redis.ts'
import { sqlite } from './places-sqlite.ts'

/** Every kind of store that faults are tried on. */
export const PLACES: readonly PlaceKind[] = [sqlite, redis]
