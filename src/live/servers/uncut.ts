/**
 * Playbacks that were ended here, at a media server that cannot be told.
 *
 * @module
 */
import type { Unsubscribe } from '../../core/events.ts'
import type { Session } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { serverOf } from './marks.ts'
import { wasEnded } from './words.ts'

/** Calls back with each playback at that server which somebody ends while whoever watches there goes on. */
export function onUncut(
  sessions: Pick<SessionManager, 'on'>,
  server: string,
  listener: (session: Session) => void,
): Unsubscribe {
  return sessions.on('session.ended', ({ session, at, reason, by }) => {
    const over = reason === 'expired' || !wasEnded(session.ending ?? { at, reason, by })
    if (serverOf(session) === server && !over) listener(session)
  })
}
