/**
 * The query string, read as the origin reads it: decoded as a whole, then taken apart.
 *
 * @module
 */

/** What a key may stand for. */
export type QueryValue = string | number | boolean

/** Which part of a list is asked for. */
export interface Window {
  /** 1 to 50. */
  readonly limit: number
  readonly offset: number

  /** Where the list goes on, in place of its beginning. */
  readonly cursor?: string
}

/** Sessions on a page at the most, and unless told otherwise. */
const MOST = 50

/**
 * Reads a query. Numbers become numbers, `true` and `false` booleans, and a key alone is true; of a key that is there
 * twice, the last counts. What cannot be decoded is taken as it is.
 */
export function readQuery(query: string): ReadonlyMap<string, QueryValue> {
  const pairs = decoded(query).split('&')
  return new Map(
    pairs.map((pair) => {
      const [key = '', value] = pair.split('=')
      return [key, value === undefined ? true : toValue(value)]
    }),
  )
}

/** Reads which part of a list is asked for. A limit that is none is 50, an offset that is none is 0. */
export function readWindow(query: string): Window {
  const values = readQuery(query)
  const limit = toCount(values.get('limit'))
  const cursor = values.get('cursor')
  return {
    limit: limit !== undefined && limit > 0 && limit <= MOST ? limit : MOST,
    offset: toCount(values.get('offset')) ?? 0,
    ...(cursor !== undefined && { cursor: String(cursor) }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function toValue(text: string): QueryValue {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? text : number
}

function toCount(value: QueryValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
