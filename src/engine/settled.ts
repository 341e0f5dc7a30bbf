/**
 * The policy with every choice made.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { AtLimit } from '../core/store.ts'
import { toMilliseconds } from '../core/time.ts'
import type { SessionPolicy } from './manager.ts'

/** A policy without gaps. Spans are milliseconds. */
export interface Settled {
  readonly lifetime: number
  readonly idle: number
  readonly sessionsPerUser: number | undefined
  readonly atLimit: AtLimit
  readonly maxStaleness: number
  readonly cached: number
  readonly journal: { readonly age: number; readonly entries: number }
}

/** Fills the gaps of a policy with the defaults. @throws RollcallError `bad-request` for what cannot be meant. */
export function settle(policy: SessionPolicy = {}): Settled {
  const { sessionsPerUser } = policy
  if (sessionsPerUser !== undefined && !(Number.isSafeInteger(sessionsPerUser) && sessionsPerUser > 0)) {
    throw new RollcallError(
      'bad-request',
      'sessionsPerUser must be a whole number of 1 or more; leave it out for no limit.',
    )
  }
  return {
    lifetime: toMilliseconds(policy.lifetime ?? '30d', 'lifetime'),
    idle: toMilliseconds(policy.idle ?? '7d', 'idle time'),
    sessionsPerUser,
    atLimit: policy.atLimit ?? 'evict-oldest',
    maxStaleness: toMilliseconds(policy.maxStaleness ?? '1s', 'maxStaleness'),
    cached: policy.cached ?? 250_000,
    journal: {
      age: toMilliseconds(policy.journal?.age ?? '7d', 'journal age'),
      entries: policy.journal?.entries ?? 1_000_000,
    },
  }
}
