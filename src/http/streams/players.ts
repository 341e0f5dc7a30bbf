/**
 * Players of OvenMediaEngine: its signalling over a WebSocket at the path of a stream, beside WHEP on the same port.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { places } from '../../live/places.ts'
import type { PlaybackTerms } from '../../live/playback-rules.ts'
import type { Conversation } from '../../live/signalling/conversation.ts'
import { LONGEST_MESSAGE, speakToPlayer } from '../../live/signalling/socket.ts'
import type { OfferedLine } from '../../live/stream-contract.ts'
import { LIVE_PROTOCOL } from '../../protocol/live.ts'
import type { App } from '../app.ts'
import { clientOf } from '../client.ts'
import { refuseOtherPages } from '../live/origin.ts'
import { isForWebSocket, webSockets } from '../live/upgrades.ts'
import { reportFault } from '../problems.ts'
import type { StreamServing } from './contract.ts'
import { readName } from './endpoints.ts'
import type { Pace } from './pace.ts'
import { placeOf, STREAM_PATH } from './place.ts'
import { deviceOf, type Who } from './who.ts'

/** What serving them takes. */
export interface PlayerParts extends Pick<StreamServing, 'streams' | 'vhosts' | 'env'> {
  readonly pace: Pace
  readonly who: Who

  /** Exact origins whose pages may play, beside the server's own. */
  readonly allowOrigins: readonly string[]
}

/** Sockets that one address may have open. */
const MOST_SOCKETS = 256

/** Adds the paths: with the name of a playlist behind the stream's or without. Only WebSockets meet them. */
export function addPlayers(app: App, { streams, vhosts, pace, who, env, allowOrigins }: PlayerParts): void {
  const sockets = webSockets({ longestMessage: LONGEST_MESSAGE, protocol: LIVE_PROTOCOL })
  const seats = places({ login: Number.POSITIVE_INFINITY, address: MOST_SOCKETS })
  const open = new Set<Conversation>()

  app.addConstraintStrategy(FOR_WEBSOCKETS)
  for (const url of [STREAM_PATH, `${STREAM_PATH}/:playlist`])
    app.route({
      method: 'GET',
      url,
      constraints: { [FOR_WEBSOCKETS.name]: true },
      config: { access: 'anyone' },
      schema: { hide: true },
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        sockets.check(request, reply)
        const place = placeOf(vhosts, request)
        const name = readName(request)
        refuseOtherPages(request, { byHeader: true }, allowOrigins)
        await pace(clientOf(request))
        const terms = await outcomeOf(who.viewer(request, reply, place))
        const seat = { login: undefined, address: clientOf(request) }
        seats.take(seat)
        const socket = sockets.accept(request, reply)
        if (socket === undefined) return seats.leave(seat)
        const device = deviceOf(request)
        const conversation = speakToPlayer(socket, {
          env,
          offer: async (): Promise<OfferedLine> =>
            streams.offer({ ...terms(), ...name, resource: place.resource, device }),
          report: (fault) => reportFault(request, fault),
        })
        open.add(conversation)
        socket.once('close', () => {
          open.delete(conversation)
          seats.leave(seat)
        })
      },
    })

  app.addHook('preClose', async () => {
    for (const conversation of open) conversation.release()
  })
}

/** Waits for an outcome, to be had later: a player is refused only when it asks for an offer. */
async function outcomeOf(terms: Promise<PlaybackTerms>): Promise<() => PlaybackTerms> {
  try {
    const outcome = await terms
    return () => outcome
  } catch (fault) {
    return () => {
      throw fault
    }
  }
}

type Strategy = Parameters<App['addConstraintStrategy']>[0]
type Handlers = ReturnType<Strategy['storage']>

/** Tells routes for WebSockets from all others. */
const FOR_WEBSOCKETS: Strategy = {
  name: 'websocket',
  storage(): Handlers {
    let handler: ReturnType<Handlers['get']> = null
    return {
      get: (isWanted) => (isWanted ? handler : null),
      set: (_isWanted, given) => {
        handler = given
      },
    }
  },
  deriveConstraint: (request: IncomingMessage) => isForWebSocket(request),
}
