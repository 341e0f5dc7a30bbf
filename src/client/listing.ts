/**
 * Lists, page by page or one by one.
 *
 * @module
 */
import type { WirePage } from '../protocol/shapes.ts'

/**
 * A list on the server. Going through it asks for one page after the other, as they are needed.
 *
 * @example
 * ```ts
 * for await (const session of client.sessions.list({ user: 'ada' })) console.log(session.id)
 *
 * const { items, nextCursor } = await client.sessions.list({ limit: 20 }).page()
 * ```
 */
export interface Listing<Item> extends AsyncIterable<Item, void, undefined> {
  /** Asks for one page: the first, or the one that a cursor leads to. It may be short and still not be the last. */
  page(cursor?: string | null): Promise<WirePage<Item>>
}

/** Makes a list from what reads a page of it. */
export function listing<Item>(read: (cursor: string | undefined) => Promise<WirePage<Item>>): Listing<Item> {
  return {
    page: (cursor) => read(cursor ?? undefined),
    async *[Symbol.asyncIterator]() {
      let cursor: string | undefined
      do {
        const { items, nextCursor } = await read(cursor)
        yield* items
        cursor = nextCursor ?? undefined
      } while (cursor !== undefined)
    },
  }
}
