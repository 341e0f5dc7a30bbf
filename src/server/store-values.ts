/**
 * Reading where sessions are kept, and how, from text. Each reader throws an error whose message says what is allowed,
 * and repeats no secret.
 *
 * @module
 */
import { readAddress as readRedis } from '../stores/redis/address.ts'
import { eachHost } from '../stores/sql/postgres/address.ts'
import { refusal } from './setting-values.ts'

/** Where sessions are kept. A `url` may carry a password: it is shown to nobody, see `masking.ts`. */
export type StoreSetting =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'redis'; readonly url: string }

/** Stores that many nodes share. */
export type SharedStoreSetting = Extract<StoreSetting, { readonly url: string }>

/** When a write counts as done: once the store has it, or once its replicas have it too. */
export type DurabilitySetting = 'local' | 'replicated'

/** Reads where sessions are kept. */
export function readStore(value: string): StoreSetting {
  if (value === 'memory:' || value === 'memory') return { kind: 'memory' }
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(value)?.[1]
  if (path !== undefined) return { kind: 'sqlite', path }
  const shared = readShared(value)
  if (shared !== undefined) return shared
  throw refusal(
    'sessions are kept in sqlite:PATH, memory:, postgres://…, redis://…, rediss://… or redis-cluster://HOST:PORT,HOST:PORT.',
  )
}

/** Reads where the feed between nodes runs, for stores that can be reached by two ways. */
export function readFeedUrl(value: string): string {
  const shared = readShared(value)
  if (shared !== undefined) return shared.url
  throw refusal('give a URL of the same kind as that of --store, such as postgres://HOST:5432/DATABASE.')
}

/** Reads where other nodes reach this one. */
export function readAddress(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const plain = url !== undefined && url.username === '' && url.password === '' && url.search === ''
  if (plain && /^https?:$/.test(url.protocol) && url.hash === '') return value.replace(/\/+$/, '')
  throw refusal('give a URL that other nodes can reach, such as http://10.0.0.5:4780.')
}

function readShared(value: string): SharedStoreSetting | undefined {
  if (/^postgres(ql)?:\/\//.test(value)) {
    eachHost(value)
    return { kind: 'postgres', url: value }
  }
  if (!/^rediss?(-cluster)?:\/\//.test(value)) return undefined
  readRedis(value)
  return { kind: 'redis', url: value }
}
