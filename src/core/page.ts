/**
 * Pages of a list, and the cursors that lead from one to the next.
 *
 * @module
 */
import { RollcallError } from './errors.ts'

/** A page of a list. It may be short, even empty, and still have a cursor: go on until there is none. */
export interface Page<Item> {
  readonly items: readonly Item[]

  /** Where the next page begins; absent on the last. Opaque: hand it back as it came. */
  readonly nextCursor?: string
}

/** How many there are; where `exact` is false, about how many. */
export interface Count {
  readonly count: number
  readonly exact: boolean
}

/** Items on a page unless told otherwise. */
export const DEFAULT_LIMIT = 50

/** The most items a page may have. */
export const MAX_LIMIT = 200

/** What a list of sessions is ordered by, latest first: when each was issued, or when it was last active. */
export type Sort = 'issued' | 'active'

/** Every order. */
export const SORTS: readonly Sort[] = ['issued', 'active']

/** A place in a list that is ordered newest first by (moment, serial). */
export type Place = readonly [moment: number, serial: number]

/** Writes a place of a list in that order as an opaque cursor. */
export function toCursor([moment, serial]: Place, sort: Sort = 'issued'): string {
  return `${MARKS[sort]}${moment.toString(36)}-${serial.toString(36)}`
}

/** Reads a cursor of a list in that order. @throws RollcallError `bad-cursor` if this server cannot have made it. */
export function fromCursor(cursor: string, sort: Sort = 'issued'): Place {
  const [, mark, moment, serial] = /^([ia])([0-9a-z]{1,11})-([0-9a-z]{1,11})$/.exec(cursor) ?? []
  const place: Place = [Number.parseInt(moment ?? '', 36), Number.parseInt(serial ?? '', 36)]
  if (mark === MARKS[sort] && place.every(Number.isSafeInteger)) return place
  throw badCursor('made for this order')
}

/** Refuses a cursor, saying what this server never did with it. */
export function badCursor(never: 'made' | 'made for this order' = 'made'): RollcallError {
  return new RollcallError(
    'bad-cursor',
    `The cursor is not one that this server ${never}. Begin again without a cursor.`,
  )
}

const MARKS: Readonly<Record<Sort, string>> = { issued: 'i', active: 'a' }
