/**
 * Playbacks that a backend issued, for whoever comes to a media server under their name.
 *
 * @module
 */
import type { Session, SessionData } from '../../core/session.ts'
import type { SessionManager, Updated } from '../../engine/manager.ts'
import { serverOf } from './marks.ts'

/** Whether nobody has taken a playback yet: it stands neither for a viewer elsewhere nor for a line of a node. */
export function isUntaken(session: Session): boolean {
  return serverOf(session) === undefined && session.node === undefined
}

/** Has a playback stand for a viewer, and says since when. */
export async function take(
  sessions: Pick<SessionManager, 'update' | 'now'>,
  { id, data }: Session,
  viewer: SessionData,
): Promise<Updated> {
  return sessions.update(id, { data: { ...data, ...viewer, joinedAt: await sessions.now() } })
}
