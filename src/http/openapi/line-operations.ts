/**
 * What is said of lines.
 *
 * @module
 */
import { LIVE_PATHS } from '../../protocol/live.ts'
import type { Operation, OperationName } from './operation.ts'

/** How a line may be refused, beyond what may befall whoever holds a session. */
const REFUSALS = [
  'forbidden',
  'cross-site',
  'user-banned',
  'denied',
  'name-taken',
  'limit-reached',
  'parent-not-live',
  'too-many-lines',
  'busy',
] as const

const ATTACHED =
  'The line is a session of kind `connection` under the login whose token opens it, attached to `resource` under `name` where they are given: listed, counted and ended like any other. A page must be of this server or of an allowed origin.'

/** Them. */
export const LINE_OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  [`GET ${LIVE_PATHS.websocket}` as const]: {
    id: 'openLine',
    group: 'Lines',
    summary: 'Hear at once when my session ends',
    description: `A WebSocket. ${ATTACHED}\n\nA page sends its token as the second of two subprotocols, \`rollcall\` and \`rollcall.token.\` followed by the token; or its cookie goes along. The server sends \`{"type":"opened"}\` with the session, \`{"type":"heartbeat"}\` every 15 s, and last \`{"type":"ended"}\` with the reason before it closes with 4401, after which it is no use to come back; or \`{"type":"reconnect"}\` before it closes with 1012, when a node stops. The client may send \`{"type":"active"}\`, which counts as activity.`,
    answers: { 101: { description: 'The WebSocket is open.' } },
    failures: ['upgrade-required', ...REFUSALS],
    example: { query: 'resource=rooms/blue' },
  },
  [`GET ${LIVE_PATHS.eventStream}` as const]: {
    id: 'openLineOfEvents',
    group: 'Lines',
    summary: 'The same as server-sent events',
    description: `${ATTACHED}\n\nThe events are \`opened\` with the session, and last \`ended\` with the reason, or \`reconnect\` when a node stops; a comment every 15 s shows that the line is alive. Whoever comes back after \`ended\` gets a 401, at which \`EventSource\` stops for good.`,
    answers: {
      200: {
        type: 'text/event-stream',
        description: 'The line is open for as long as the session is.',
        example:
          'event: ended\ndata: {"type":"ended","reason":"revoked","at":"2026-11-20T12:00:00.000Z","by":"key"}\n\n',
      },
    },
    failures: REFUSALS,
    example: { query: 'resource=rooms/blue' },
  },
}
