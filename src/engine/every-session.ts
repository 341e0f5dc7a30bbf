/**
 * All sessions that a query means, however many pages they take.
 *
 * @module
 */
import { MAX_LIMIT } from '../core/page.ts'
import type { SessionFilter } from '../core/selector.ts'
import type { Session } from '../core/session.ts'
import type { SessionManager } from './manager.ts'

/**
 * Goes through them, newest issued first: an order in which activity moves nothing. A page may be empty and not the last.
 * `limit` is how many a page may have: as many as may be unless told otherwise.
 */
export async function* everySession(
  sessions: Pick<SessionManager, 'list'>,
  filter: SessionFilter,
  limit: number = MAX_LIMIT,
): AsyncGenerator<Session> {
  let cursor: string | undefined
  do {
    const page = await sessions.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** The latest of them, however many others have to be looked at. */
export async function firstSession(
  sessions: Pick<SessionManager, 'list'>,
  filter: SessionFilter,
): Promise<Session | undefined> {
  for await (const session of everySession(sessions, filter, 1)) return session
  return undefined
}
