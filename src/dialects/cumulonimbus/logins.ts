/**
 * The logins of a user, as cumulonimbus sees them: newest first, each named by its second.
 *
 * @module
 */

import { MAX_LIMIT, type Page } from '../../core/page.ts'
import type { SessionFilter } from '../../core/selector.ts'
import type { Actor, Session } from '../../core/session.ts'
import { everySession, firstSession } from '../../engine/every-session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Window } from './query.ts'

/** What of a session is told. */
export interface SessionView {
  readonly iat: number
  readonly exp: number
  readonly sub: string
  readonly name: string
}

/** The live logins of one user. */
export interface Logins {
  /** A part of the list, and exactly how many there are in all. */
  page(window: Window): Promise<Page<Session> & { readonly count: number }>

  /** The one that is named by that second. */
  find(stamp: number): Promise<Session | undefined>

  /** Ends one; false where somebody else had ended it. */
  end(session: Session, caller: Session): Promise<boolean>

  /** Ends those that are named and there, and says how many this call ended. */
  endNamed(stamps: readonly number[], caller: Session): Promise<number>

  /** Ends all that there are, but perhaps the caller's own, and says how many this call ended. */
  endAll(caller: Session, besides: 'all' | 'all-but-self'): Promise<number>
}

/** Sessions that are ended by one write at the most. */
const BATCH = 200

/** Shows a session; times are Unix seconds. */
export function toView({ stamp, expiresAt, userId = '', device }: Session): SessionView {
  return { iat: stamp, exp: Math.floor(expiresAt / 1_000), sub: userId, name: nameOf(device) }
}

/** What its owner called it, else what its user agent tells, such as `Chrome v120 on Windows`, else that itself. */
function nameOf({ label, browser, os, userAgent }: Session['device']): string {
  const browserAndMajor = browser?.replace(/ (\d+)$/, ' v$1')
  const parsed = browserAndMajor && os ? `${browserAndMajor} on ${os}` : browserAndMajor
  return label || parsed || userAgent || 'Unknown'
}

/** Looks at the logins of one user of a realm. */
export function loginsOf(sessions: SessionManager, realm: string, userId: string): Logins {
  const all: SessionFilter = { realm, userId, kind: 'login' }

  async function count(): Promise<number> {
    const { count, exact } = await sessions.count(all)
    if (exact) return count
    let counted = 0
    for await (const _login of everySession(sessions, all)) counted += 1
    return counted
  }

  const find = (stamp: number): Promise<Session | undefined> => firstSession(sessions, { ...all, stamp })

  async function endThese(found: readonly Session[], caller: Session): Promise<number> {
    if (found.length === 0) return 0
    const ids = found.map(({ id }) => id)
    const { ended } = await sessions.end({ realm, ids }, { reason: 'revoked', by: actorOf(caller) })
    return ended
  }

  return {
    find,

    async page({ limit, offset, cursor: from }) {
      const items: Session[] = []
      let skipped = 0
      let cursor = from
      do {
        const size = skipped < offset ? Math.min(offset - skipped, MAX_LIMIT) : limit - items.length
        const page = await sessions.list({ ...all, limit: size, ...(cursor !== undefined && { cursor }) })
        if (skipped < offset) skipped += page.items.length
        else items.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== undefined && items.length < limit)
      if (cursor !== undefined) return { items, nextCursor: cursor, count: await count() }
      return { items, count: from === undefined ? skipped + items.length : await count() }
    },

    async end({ id }, caller) {
      const reason = id === caller.id ? 'logout' : 'revoked'
      const { ended } = await sessions.end({ realm, id }, { reason, by: actorOf(caller) })
      return ended === 1
    },

    async endNamed(stamps, caller) {
      const found = await Promise.all(stamps.map(find))
      return endThese(
        found.filter((session) => session !== undefined),
        caller,
      )
    },

    async endAll(caller, besides) {
      let ended = 0
      let batch: Session[] = []
      for await (const session of everySession(sessions, all)) {
        if (besides === 'all-but-self' && session.id === caller.id) continue
        batch.push(session)
        if (batch.length < BATCH) continue
        ended += await endThese(batch, caller)
        batch = []
      }
      return ended + (await endThese(batch, caller))
    },
  }
}

function actorOf({ userId = '' }: Session): Actor {
  return { kind: 'user', id: userId }
}
