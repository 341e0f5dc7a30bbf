/**
 * Counting lines as they open and close.
 *
 * @module
 */
import type { EndReason } from '../core/session.ts'
import type { Hub } from '../live/contract.ts'
import type { Reading } from './readings.ts'

/** A hub whose lines are counted, and the counts. */
export interface CountedHub {
  readonly hub: Hub
  readonly readings: readonly Reading[]
}

/** Counts the lines of a hub that are opened from now on. */
export function countLines(hub: Hub): CountedHub {
  const open = { connection: 0, playback: 0 }
  const cuts = new Map<EndReason, number>()

  /** Counts one more. Returns what counts it no longer, once. */
  function enter(kind: keyof typeof open): () => void {
    let counted = 1
    open[kind] += 1
    return () => {
      open[kind] -= counted
      counted = 0
    }
  }

  return {
    hub: {
      ...hub,
      async open(request, channel) {
        const leave = enter(request.kind)
        try {
          const line = await hub.open(request, {
            cut(ending) {
              leave()
              cuts.set(ending.reason, (cuts.get(ending.reason) ?? 0) + 1)
              channel.cut(ending)
            },
            release() {
              leave()
              channel.release()
            },
          })
          return {
            ...line,
            closed(reason) {
              leave()
              line.closed(reason)
            },
          }
        } catch (fault) {
          leave()
          throw fault
        }
      },
    },

    readings: [
      {
        type: 'gauge',
        name: 'rollcall_lines',
        help: 'Lines that are open on this node.',
        labels: ['kind'],
        read: () => Object.entries(open).map(([kind, value]) => ({ value, labels: { kind } })),
      },
      {
        type: 'counter',
        name: 'rollcall_lines_cut_total',
        help: 'Lines that this node closed because their session was over, by why.',
        labels: ['reason'],
        read: () => [...cuts].map(([reason, value]) => ({ value, labels: { reason } })),
      },
    ],
  }
}
