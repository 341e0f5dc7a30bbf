/**
 * What every operation works with: the client, where keys begin, and the clock.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { Instant } from '../../core/time.ts'
import type { RedisClient } from './client.ts'
import { baseOf } from './keys.ts'
import type { Script } from './script.ts'

/** A way into Redis. */
export interface Access {
  readonly client: RedisClient
  readonly prefix: string

  /** Stands in for the clock of the servers, which decides otherwise. */
  readonly clock?: () => Instant
}

/** Runs a script in a partition: with its base as the one key, the clock, and the request as JSON. */
export function ask(
  { client, prefix, clock }: Access,
  script: Script,
  partition: string,
  request: object = {},
): Promise<unknown> {
  const now = clock === undefined ? '' : clock()
  return client.run(script, partition, [baseOf(prefix, partition)], [now, JSON.stringify(request)])
}

/** Reads the clock that decides: of the master that keeps a partition, unless another stands in for it. */
export async function readClock({ client, clock }: Access, partition: string): Promise<Instant> {
  if (clock !== undefined) return clock()
  const time = listOf(await client.read(partition, 'TIME'))
  return Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000)
}

/** An answer that is a list. */
export function listOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer
  throw new RollcallError('internal', 'Redis answered with something else than the list that was asked for.')
}

/** An answer that is a list of texts and numbers, as texts. */
export function textsOf(answer: unknown): readonly string[] {
  return listOf(answer).map(String)
}
