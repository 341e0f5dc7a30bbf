/**
 * Lines of the native API: a WebSocket or a stream of events that is open for as long as a session.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRollcallError, RollcallError } from '../../core/errors.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { webSocketChannel } from '../../live/attach-websocket.ts'
import type { Patience } from '../../live/attendance.ts'
import type { Hub, Line, LineRequest } from '../../live/contract.ts'
import { answerWithEvents } from '../../live/event-stream.ts'
import { lateChannel } from '../../live/late-channel.ts'
import { PUBLISHER_NAME } from '../../live/stream-contract.ts'
import { speakOver } from '../../live/websocket.ts'
import { LIVE_PATHS, LIVE_PROTOCOL, LONGEST_CLIENT_FRAME } from '../../protocol/live.ts'
import { LineQuery } from '../../protocol/queries.ts'
import { type Holder, holderOf, requireLive } from '../access.ts'
import type { App } from '../app.ts'
import { addressOf } from '../client.ts'
import { refuseOtherPages } from './origin.ts'
import { webSockets } from './upgrades.ts'

/** What lines are served with. */
export interface LineParts {
  readonly sessions: SessionManager
  readonly hub: Hub

  /** Exact origins whose pages may open lines, beside the server's own. */
  readonly allowOrigins: readonly string[]
  readonly patience?: Patience | undefined
}

/** Adds them. */
export function lineRoutes(app: App, { sessions, hub, allowOrigins, patience }: LineParts): void {
  const sockets = webSockets({ longestMessage: LONGEST_CLIENT_FRAME, protocol: LIVE_PROTOCOL })
  const route = { config: { access: 'holder' }, schema: { querystring: LineQuery } } as const

  app.get(LIVE_PATHS.websocket, route, async (request, reply) => {
    sockets.check(request, reply)
    const channel = lateChannel()
    const line = await opening(request, (wanted) => hub.open(wanted, channel))
    const socket = accept(request, reply, line)
    if (socket === undefined) return
    speakOver(socket, line, patience)
    channel.bind(webSocketChannel(socket))
  })

  app.get(LIVE_PATHS.eventStream, route, async (request, reply) => {
    const headers = reply.getHeaders() as Record<string, string>
    if (request.method === 'HEAD')
      return reply.header('content-type', 'text/event-stream; charset=utf-8').send()
    await opening(request, (wanted) =>
      answerWithEvents(reply.raw, { hub, request: wanted, headers, patience }),
    )
    return reply.hijack()
  })

  /** Opens a line for whoever asks, or throws why not: of a login that was over by then, what its holder is told anywhere. */
  async function opening<Opened>(
    request: FastifyRequest<{ Querystring: LineQuery }>,
    open: (wanted: LineRequest) => Promise<Opened>,
  ): Promise<Opened> {
    const holder = holderOf(request)
    refuseOtherPages(request, holder, allowOrigins)
    const wanted = wantedBy(request, holder)
    try {
      return await open(wanted)
    } catch (fault) {
      if (isRollcallError(fault, 'parent-not-live'))
        requireLive(await sessions.verify(holder.token, { fresh: true, active: false }))
      throw fault
    }
  }

  function accept(
    request: FastifyRequest,
    reply: FastifyReply,
    line: Line,
  ): ReturnType<typeof sockets.accept> {
    const socket = sockets.accept(request, reply)
    if (socket === undefined) line.closed()
    return socket
  }
}

function wantedBy(
  request: FastifyRequest<{ Querystring: LineQuery }>,
  { live: { session } }: Holder,
): LineRequest {
  if (session.kind !== 'login')
    throw new RollcallError('forbidden', `A line is opened with a login. This token is of a ${session.kind}.`)
  if (request.query.name === PUBLISHER_NAME)
    throw new RollcallError(
      'forbidden',
      `The name "${PUBLISHER_NAME}" is for whoever publishes a stream. Choose another.`,
    )
  const ip = addressOf(request)
  const { 'user-agent': userAgent } = request.headers
  const device = { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
  return { kind: 'connection', parentId: session.id, device, ...request.query }
}
