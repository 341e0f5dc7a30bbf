/**
 * Streams over HTTP: published by WHIP, played by WHEP.
 *
 * @module
 */
import type { SessionManager } from '../../engine/manager.ts'
import type { App } from '../app.ts'
import type { Attempts } from '../attempts.ts'
import type { StreamServing } from './contract.ts'
import { addEndpoints } from './endpoints.ts'
import { streamEvents } from './events.ts'
import { heldUrls } from './held-urls.ts'
import { paceOf } from './pace.ts'
import { addPlayers } from './players.ts'
import { addSessionUrls } from './session-urls.ts'
import { whoAsks } from './who.ts'

/** What they are made of. */
export interface StreamRouteParts extends StreamServing {
  readonly sessions: SessionManager
  readonly attempts: Attempts

  /** Exact origins whose pages may play by a WebSocket, beside the server's own. */
  readonly allowOrigins: readonly string[]
}

/** Adds them, in a scope of their own: their bodies are no JSON. */
export function streamRoutes(app: App, parts: StreamRouteParts): void {
  const urls = heldUrls()
  const events = streamEvents()
  const who = whoAsks(parts)
  const pace = paceOf(parts.pace)
  addPlayers(app, { ...parts, pace, who })
  app.addHook('preClose', async () => events.close())
  app.register(async (plain) => {
    const scope = plain as unknown as App
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    addEndpoints(scope, { ...parts, pace, who, urls })
    addSessionUrls(scope, { urls, events })
  })
}
