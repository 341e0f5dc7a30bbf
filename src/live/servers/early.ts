/**
 * Closings that came before their openings: remembered for a while, so that the opening does not make a ghost.
 *
 * @module
 */
import type { Env } from '../../core/env.ts'

/** What is remembered, on this node. */
export interface Early {
  /** Remembers that a playback was over at a moment, as OvenMediaEngine wrote it. */
  add(mark: string, time: string): void

  /** Whether a playback that was opened at a moment was over then already. */
  has(mark: string, time: string): boolean
}

/** How long a closing is remembered, in milliseconds. */
const SPAN = 60_000

/** How many are remembered at the most; then the oldest is forgotten. */
const MOST = 10_000

/** Makes a memory with nothing in it. */
export function early(env: Pick<Env, 'monotonic'>): Early {
  const closed = new Map<string, { readonly time: string; readonly heard: number }>()

  function forget(): void {
    const oldest = env.monotonic() - SPAN
    for (const [mark, { heard }] of closed) {
      if (heard > oldest && closed.size <= MOST) break
      closed.delete(mark)
    }
  }

  return {
    add(mark, time) {
      closed.delete(mark)
      closed.set(mark, { time, heard: env.monotonic() })
      forget()
    },
    has(mark, time) {
      forget()
      const one = closed.get(mark)
      return one !== undefined && !(Date.parse(time) > Date.parse(one.time))
    },
  }
}
