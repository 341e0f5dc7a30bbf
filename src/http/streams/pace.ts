/**
 * How often an address may ask to publish or to play.
 *
 * @module
 */
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { RollcallError } from '../../core/errors.ts'
import type { AttemptLimit } from '../attempts.ts'

/** Counts one more request of a client. @throws RollcallError `too-many-requests` */
export type Pace = (client: string) => Promise<void>

/** Clients that are remembered at the most. The one heard of least recently is forgotten for a new one. */
const MOST_CLIENTS = 50_000

/** Makes a count; without a limit, one that refuses nobody. */
export function paceOf(limit: AttemptLimit | undefined, mostClients: number = MOST_CLIENTS): Pace {
  if (limit === undefined) return async () => undefined
  const limiter = new RateLimiterMemory({ points: limit.failures, duration: Math.ceil(limit.window / 1_000) })
  const clients = new LRUCache<string, true>({
    max: mostClients,
    dispose: (_true, client) => void limiter.delete(client),
  })
  return async (client) => {
    if (clients.get(client) === undefined) clients.set(client, true)
    const { consumedPoints, msBeforeNext } = await limiter.penalty(client)
    if (consumedPoints <= limit.failures) return
    const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1_000))
    throw new RollcallError('too-many-requests', `Wait ${retryAfter} s before the next try.`, { retryAfter })
  }
}
