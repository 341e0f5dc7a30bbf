/**
 * Who says of playbacks at media servers that they are over.
 *
 * @module
 */
import type { Actor, Ending } from '../../core/session.ts'

/** What follows media servers, as the one who did something. */
export const WATCHER: Actor = { kind: 'system', id: 'media-servers' }

/** Whether somebody ended a playback. Otherwise whoever watched had left, as far as the media server told. */
export function wasEnded({ reason, by }: Ending): boolean {
  return !(reason === 'closed' && by.kind === WATCHER.kind && by.id === WATCHER.id)
}
