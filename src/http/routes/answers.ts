/**
 * Answers that several routes give.
 *
 * @module
 */
import type { Page } from '../../core/page.ts'
import type { Ended, WaitRequest } from '../../engine/manager.ts'
import type { OwnListQuery, WaitQuery } from '../../protocol/queries.ts'
import type { WirePage } from '../../protocol/shapes.ts'

/** Writes a page. */
export function toPage<Item, Wire>(
  { items, nextCursor }: Page<Item>,
  write: (item: Item) => Wire,
): WirePage<Wire> {
  return { items: items.map(write), nextCursor: nextCursor ?? null }
}

/** Reads which page is meant. */
export function toPaging({ limit, cursor }: OwnListQuery): {
  readonly limit?: number
  readonly cursor?: string
} {
  return { ...(limit !== undefined && { limit: Number(limit) }), ...(cursor !== undefined && { cursor }) }
}

/** Reads whether to wait for all nodes. A bare number is milliseconds. */
export function toWaiting({ wait, timeout }: WaitQuery): WaitRequest {
  return {
    ...(wait !== undefined && { wait }),
    ...(timeout !== undefined && { timeout: /^\d+$/.test(timeout) ? Number(timeout) : timeout }),
  }
}

/** Writes what an end did. */
export function toEnded({ ended, descendants, receipt }: Ended): object {
  return { ended, descendants, receipt }
}
