/**
 * All sessions that a query means, however many pages they take.
 *
 * @module
 */
import { MAX_LIMIT } from '../../core/page.ts'
import type { SessionFilter } from '../../core/selector.ts'
import type { Session } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'

/** Goes through them, newest issued first: an order in which activity moves nothing. */
export async function* everySession(
  sessions: Pick<SessionManager, 'list'>,
  filter: SessionFilter,
): AsyncGenerator<Session> {
  let cursor: string | undefined
  do {
    const page = await sessions.list({ ...filter, limit: MOST, ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** The first of them. */
export async function firstSession(
  sessions: Pick<SessionManager, 'list'>,
  filter: SessionFilter,
): Promise<Session | undefined> {
  for await (const session of everySession(sessions, filter)) return session
  return undefined
}

/** As many as a page may have. */
const MOST = MAX_LIMIT
