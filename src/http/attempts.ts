/**
 * Wrong credentials, counted per client, so that guessing is slow and a right credential never is.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { countClients } from './client-count.ts'
import type { HttpTally } from './watching.ts'

/** How many wrong credentials a client may send. */
export interface AttemptLimit {
  readonly failures: number

  /** Milliseconds, from the first one on. */
  readonly window: number
}

/** Where an answer's headers are written. */
export interface HeaderWriter {
  headers(values: Readonly<Record<string, string>>): unknown
}

/** Counts. A client is counted only once its credential has been looked at and found wrong. */
export interface Attempts {
  /**
   * Writes into an answer that refuses a client where that client stands, having counted one more wrong credential
   * of theirs if it was one. Returns what to refuse with: the refusal itself, or `too-many-attempts` in its place.
   */
  refuse(reply: HeaderWriter, client: string, refusal: RollcallError, wrong: boolean): Promise<RollcallError>
}

/** Names the policy in `RateLimit-Policy` and `RateLimit`. */
const POLICY = '"wrong-credentials"'

/** Makes a count of at most `mostClients`; without a limit, one that refuses nobody and writes nothing into answers. */
export function countAttempts(
  limit: AttemptLimit | undefined,
  tally: HttpTally,
  mostClients?: number,
): Attempts {
  if (limit === undefined) return uncounted(tally)
  const seconds = Math.ceil(limit.window / 1_000)
  const policy = `${POLICY};q=${limit.failures};w=${seconds}`
  const clients = countClients({ points: limit.failures, window: limit.window }, mostClients)

  return {
    async refuse(reply, client, refusal, wrong) {
      const standing = await (wrong ? clients.add(client) : clients.get(client))
      const left = standing?.remainingPoints ?? limit.failures
      const wait = Math.max(1, Math.ceil((standing?.msBeforeNext ?? limit.window) / 1_000))
      reply.headers({ 'ratelimit-policy': policy, ratelimit: `${POLICY};r=${left};t=${wait}` })
      if (!wrong) return refusal
      tally.wrongCredentials += 1
      if ((standing?.consumedPoints ?? 0) <= limit.failures) return refusal
      tally.tooManyAttempts += 1
      reply.headers({ 'retry-after': String(wait) })
      return new RollcallError(
        'too-many-attempts',
        `Wait ${wait} s before the next try. The right credential is let in at any time.`,
      )
    },
  }
}

function uncounted(tally: HttpTally): Attempts {
  return {
    async refuse(_reply, _client, refusal, wrong) {
      if (wrong) tally.wrongCredentials += 1
      return refusal
    },
  }
}
