/**
 * How often each client did something, within a window that begins with the first time.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'

/** How often a client may do something. */
export interface ClientLimit {
  readonly points: number

  /** Milliseconds, from the first time on. */
  readonly window: number
}

/** Counts clients. Where there are too many to remember, the one heard of least recently is forgotten for a new one. */
export interface ClientCount {
  /** Counts a client once more, and tells where it stands then. */
  add(client: string): Promise<RateLimiterRes>

  /** Tells where a client stands; null for one that was not counted within the window. */
  get(client: string): Promise<RateLimiterRes | null>
}

/** Clients that are remembered unless told otherwise. */
const MOST_CLIENTS = 50_000

/** Makes an empty count of at most `most` clients. */
export function countClients({ points, window }: ClientLimit, most: number = MOST_CLIENTS): ClientCount {
  const limiter = new RateLimiterMemory({ points, duration: Math.ceil(window / 1_000) })
  const clients = new LRUCache<string, true>({
    max: most,
    dispose: (_true, client) => void limiter.delete(client),
  })
  return {
    add(client) {
      if (clients.get(client) === undefined) clients.set(client, true)
      return limiter.penalty(client)
    },
    get: (client) => limiter.get(client),
  }
}
