/**
 * So many requests in so long, for each who asks; and the headers that say how many are left.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'

/** How many requests, and in how long. */
export interface RequestLimit {
  readonly requests: number

  /** Milliseconds, from the first request on. */
  readonly window: number
}

/** Where somebody stands, after a request was counted. */
export interface Standing {
  /** Whether that request was one too many. */
  readonly over: boolean

  /** Seconds until the count begins anew: 1 at the least. */
  readonly wait: number

  /** Both families of headers: `RateLimit-*`, and `X-RateLimit-*`, whose reset is a moment in Unix seconds. */
  readonly headers: Readonly<Record<string, string>>
}

/** Counts a request of somebody. */
export type CountRequest = (who: string) => Standing

/** 200 in five minutes, as the origin has it. */
export const USUAL_LIMIT: RequestLimit = { requests: 200, window: 300_000 }

/** Those who are remembered at the most. Who was heard of least recently is forgotten for somebody new. */
const MOST_REMEMBERED = 20_000

/** Makes a count, in memory, on a clock in milliseconds since the Unix epoch. */
export function countRequests(
  { requests, window }: RequestLimit,
  now: () => number,
  mostRemembered: number = MOST_REMEMBERED,
): CountRequest {
  const counts = new LRUCache<string, { readonly count: number; readonly until: number }>({
    max: mostRemembered,
  })

  return (who) => {
    const at = now()
    const last = counts.get(who)
    const goesOn = last !== undefined && at < last.until && at >= last.until - window
    const { count, until } = goesOn ? { ...last, count: last.count + 1 } : { count: 1, until: at + window }
    counts.set(who, { count, until })
    const wait = Math.max(1, Math.ceil((until - at) / 1_000))
    const left = String(Math.max(0, requests - count))
    return {
      over: count > requests,
      wait,
      headers: {
        'ratelimit-limit': String(requests),
        'ratelimit-remaining': left,
        'ratelimit-reset': String(wait),
        'x-ratelimit-limit': String(requests),
        'x-ratelimit-remaining': left,
        'x-ratelimit-reset': String(Math.ceil(until / 1_000)),
      },
    }
  }
}
