/**
 * How often an address may ask to publish or to play.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { AttemptLimit } from '../attempts.ts'
import { countClients } from '../client-count.ts'

/** Counts one more request of a client. @throws RollcallError `too-many-requests` */
export type Pace = (client: string) => Promise<void>

/** Makes a count of at most `mostClients`; without a limit, one that refuses nobody. */
export function paceOf(limit: AttemptLimit | undefined, mostClients?: number): Pace {
  if (limit === undefined) return async () => undefined
  const clients = countClients({ points: limit.failures, window: limit.window }, mostClients)
  return async (client) => {
    const { consumedPoints, msBeforeNext } = await clients.add(client)
    if (consumedPoints <= limit.failures) return
    const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1_000))
    throw new RollcallError('too-many-requests', `Wait ${retryAfter} s before the next try.`, { retryAfter })
  }
}
