/**
 * Lines as server-sent events (HTML Living Standard 9.2).
 *
 * @module
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { asEvent, openedFrame } from '../protocol/live.ts'
import { attachResponse } from './attach-response.ts'
import type { Patience } from './attendance.ts'
import type { Hub, LineRequest } from './contract.ts'
import { PATIENCE } from './websocket.ts'

/** What lines are opened with as streams of events. */
export interface EventStreamParts {
  readonly hub: Hub
  readonly request: LineRequest

  /** Headers of the answer beside those of a stream. */
  readonly headers: OutgoingHttpHeaders
  readonly patience?: Patience | undefined
}

/**
 * Opens a line, and answers with a stream of its events. A client that hangs up closes it; one that does not read is given up.
 *
 * @throws RollcallError what refused it, before a byte is written
 */
export async function answerWithEvents(
  response: ServerResponse,
  { hub, request, headers, patience }: EventStreamParts,
): Promise<void> {
  const { heartbeat, unread } = { ...PATIENCE, ...patience }
  const line = await attachResponse(hub, response, request, { lastWords: asEvent })
  response.on('error', () => response.destroy())
  if (response.destroyed) return
  response.writeHead(200, { ...headers, ...HEADERS })
  response.write(`retry: ${RETRY}\n${asEvent(openedFrame(line.session, heartbeat))}`)
  const beat = setInterval(() => {
    if (response.writableEnded) return
    if (response.writableLength > unread) response.destroy()
    else response.write(HEARTBEAT)
  }, heartbeat)
  beat.unref()
  response.once('close', () => clearInterval(beat))
}

/** How long `EventSource` waits before it comes back, in milliseconds. */
const RETRY = 1_000

const HEARTBEAT = ': still here\n\n'

/** `X-Accel-Buffering` keeps nginx from holding events back. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const
