/**
 * Peers that were answered and have not connected yet: a bounded number of them.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'

/** How many there may be. */
export interface HalfOpenLimits {
  /** In all. 64. */
  readonly mostHalfOpen?: number

  /** From one address, where it is known. 32. */
  readonly mostHalfOpenPerAddress?: number
}

/** Counts them. */
export interface HalfOpen {
  /** Adds one. @throws RollcallError `busy` where there are as many as may be */
  add(peer: string, from: string | undefined): void

  /** Takes one out. One that is not there is passed over. */
  remove(peer: string): void
}

/** Begins to count. */
export function halfOpen({ mostHalfOpen = 64, mostHalfOpenPerAddress = 32 }: HalfOpenLimits): HalfOpen {
  const peers = new Map<string, string | undefined>()
  return {
    add(peer, from) {
      const near = from === undefined ? 0 : [...peers.values()].filter((address) => address === from).length
      if (peers.size >= mostHalfOpen || near >= mostHalfOpenPerAddress)
        throw new RollcallError('busy', 'Too many peers are connecting at once. Try again in a moment.', {
          retryAfter: 2,
        })
      peers.set(peer, from)
    },
    remove: (peer) => void peers.delete(peer),
  }
}
