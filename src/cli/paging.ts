/**
 * How much of a list is wanted.
 *
 * @module
 */
import type { WirePage } from '../protocol/shapes.ts'
import { type ClientCall, remark } from './answer.ts'
import { misuse } from './exit.ts'
import type { Switch, TextFlag, ValuesOf } from './flags.ts'
import type { Wanted } from './gather.ts'
import { counted } from './phrases.ts'

const DEFAULT_LIMIT = 50

/** The flags of {@link PAGING_FLAGS}. */
export type PagingFlags = Readonly<Record<'limit' | 'cursor', TextFlag>> & { readonly all: Switch }

/** Flags of every list that may be long. */
export const PAGING_FLAGS: PagingFlags = {
  limit: { value: 'N', help: `How many at most; ${DEFAULT_LIMIT} unless told otherwise.` },
  all: { help: 'All there are, however many.' },
  cursor: { value: 'CURSOR', help: 'Go on where another list left off.' },
}

/** Reads how much is wanted. @throws CommandError where that makes no sense. */
export function readPaging({ limit, all, cursor }: ValuesOf<PagingFlags>): Pick<Wanted, 'limit' | 'cursor'> {
  if (all && limit !== undefined) throw misuse('--all and --limit contradict each other. Use one of them.')
  return { cursor, limit: all ? Number.POSITIVE_INFINITY : readLimit(limit) }
}

/** Says on the side that a list goes on, and how to see the rest. */
export function remarkMore(call: ClientCall, { items, nextCursor }: WirePage<unknown>, thing: string): void {
  if (nextCursor === null || call.values.json) return
  remark(call, `${counted(items.length, thing)}; there are more. Use --all, or --cursor ${nextCursor}`)
}

function readLimit(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit)
  throw misuse(`--limit takes a whole number from 1 on, not "${limit}".`)
}
