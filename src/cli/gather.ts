/**
 * Lists that are longer than a page.
 *
 * @module
 */
import type { WirePage } from '../protocol/shapes.ts'
import type { Api } from './api.ts'
import { CommandError } from './exit.ts'

/** The most items a server puts on a page. */
const PAGE = 200

/** What to gather. */
export interface Wanted {
  readonly path: string
  readonly query: Readonly<Record<string, string | undefined>>

  /** Begins where another list left off. */
  readonly cursor?: string | undefined

  /** How many at most; Infinity for all there are. */
  readonly limit: number
}

/** Asks for page after page until there are as many as wanted or no more. Pages may be short; the list is not. */
export async function gather<Item>(
  api: Api,
  { path, query, cursor, limit }: Wanted,
): Promise<WirePage<Item>> {
  const items: Item[] = []
  let next: string | null | undefined = cursor
  do {
    const page: WirePage<Item> = await api.ask('GET', path, {
      query: { ...query, limit: String(Math.min(PAGE, limit - items.length)), cursor: next ?? undefined },
    })
    items.push(...page.items)
    if (page.nextCursor !== null && page.nextCursor === next)
      throw new CommandError(
        'failed',
        'The server answers the same page again and again. Try once more without --cursor.',
      )
    next = page.nextCursor
  } while (next && items.length < limit)
  return { items, nextCursor: next ?? null }
}
