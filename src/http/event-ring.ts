/**
 * The latest events, each written once however many read it, and not at all where nobody does.
 *
 * @module
 */
import { cursorOf, type RollcallEvent } from '../core/events.ts'
import { toWireEvent } from '../protocol/shapes.ts'

/** An event, and the frame that tells it. */
export interface Told {
  readonly event: RollcallEvent
  readonly frame: string
}

/** The latest events. */
export interface EventRing {
  add(event: RollcallEvent): void

  /** Events behind a position, oldest first; undefined where the ring does not know that position (any more). */
  after(position: string, limit: number): readonly Told[] | undefined
}

/** Makes a ring of so many events. */
export function eventRing(size: number): EventRing {
  const kept: Told[] = []
  const numbers = new Map<string, number>()
  let added = 0

  return {
    add(event) {
      const slot = added % size
      const oldest = kept[slot]
      if (oldest !== undefined) numbers.delete(cursorOf(oldest.event))
      kept[slot] = tell(event)
      numbers.set(cursorOf(event), added)
      added += 1
    },

    after(position, limit) {
      const number = numbers.get(position)
      if (number === undefined) return undefined
      const count = Math.min(limit, added - number - 1)
      return Array.from({ length: count }, (_, index) => kept[(number + 1 + index) % size] as Told)
    },
  }
}

function tell(event: RollcallEvent): Told {
  let frame: string | undefined
  return {
    event,
    get frame() {
      frame ??= frameOf(event)
      return frame
    },
  }
}

/** One event of the stream (HTML Standard, 9.2.5). */
export function frameOf(event: RollcallEvent): string {
  return `id: ${cursorOf(event)}\nevent: ${event.type}\ndata: ${JSON.stringify(toWireEvent(event))}\n\n`
}
