/**
 * Sessions in Redis or a Redis Cluster, for any number of processes.
 *
 * @module
 */
export { type RedisStoreOptions, redisStore } from './stores/redis/store.ts'
