/**
 * The lease: until when this node may vouch for what it has at hand.
 *
 * It may until `maxStaleness` after the moment, on its monotonic clock, before it sent its last complete read of the
 * journal; where nodes share a store, also no longer than that after it sent its last renewal. Others stop waiting for
 * a node whose renewal is too old; so whatever was read before a lapse counts for nothing after it.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { MEMBERSHIP } from '../core/node.ts'

/** A lease. Moments are of the monotonic clock. */
export interface Lease {
  /** The first moment at which this node may no longer vouch; minus infinity where it never might. */
  until(): number

  /** How long it may vouch after a renewal, in milliseconds; 0 for never. */
  readonly span: number

  /** Says that all of the journal was read and acted on, and when that was asked for. */
  read(sentAt: number): void

  /** Says that the store took a renewal, and when that was sent. */
  renewed(sentAt: number): void

  /** Ends it. It takes a renewal and a read after that to begin anew. */
  drop(): void
}

/** What a lease goes by. */
export interface LeaseOptions {
  readonly env: Pick<Env, 'monotonic'>

  /** In milliseconds; 0 gives no lease at all. */
  readonly maxStaleness: number

  /** Whether other nodes may share the store, so that renewals count. */
  readonly shared: boolean
}

/** Makes a lease that has not begun. */
export function newLease({ env, maxStaleness, shared }: LeaseOptions): Lease {
  const span = shared ? Math.min(maxStaleness, MEMBERSHIP) : maxStaleness
  let readAt = Number.NEGATIVE_INFINITY
  let renewedAt = shared ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  let countsFrom = Number.NEGATIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY

  function settle(): void {
    until = span > 0 && readAt >= countsFrom ? Math.min(readAt, renewedAt) + span : Number.NEGATIVE_INFINITY
  }

  return {
    until: () => until,
    span,
    read(sentAt) {
      readAt = sentAt
      settle()
    },
    renewed(sentAt) {
      const now = env.monotonic()
      if (now >= renewedAt + span) countsFrom = now
      renewedAt = sentAt
      settle()
    },
    drop() {
      if (shared) renewedAt = Number.NEGATIVE_INFINITY
      countsFrom = Number.POSITIVE_INFINITY
      settle()
    },
  }
}

/** How often to read and to renew, in milliseconds: four times in a lease, within reason. */
export function rhythmOf(maxStaleness: number): number {
  return Math.max(FASTEST, Math.min(SLOWEST, maxStaleness / 4 || SLOWEST))
}

const SLOWEST = 250
const FASTEST = 5
