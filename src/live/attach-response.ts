/**
 * HTTP responses as lines: whatever an application writes to somebody for as long as their session lives.
 *
 * @module
 */
import { type LastFrame, lastFrame } from '../protocol/live.ts'
import { openOver, seeOff } from './closing.ts'
import type { Channel, Hub, Line, LineRequest } from './contract.ts'

/** What is needed of a response, as `node:http` has it. */
export interface AnyResponse {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed: boolean
  write(text: string): unknown
  end(): unknown
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

/** How a response is attached. */
export interface ResponseOptions {
  /** Writes what is said before the response is ended, such as a last event; undefined, as it is unless told, says nothing. */
  readonly lastWords?: (frame: LastFrame) => string | undefined
}

/**
 * Makes a response that is being written a line. It is ended when its session ends or this node stops, and its connection
 * is gone a second later, whether its peer read the rest or not; one whose headers were not sent yet is broken off.
 *
 * @throws RollcallError what refused it. The response is then left as it is, for the application to answer.
 *
 * @example
 * ```ts
 * app.get('/prices', requireSession(), async (request, response) => {
 *   const { id } = signedIn(request).session
 *   await attachResponse(hub, response, { kind: 'connection', parentId: id })
 *   response.writeHead(200, { 'content-type': 'text/event-stream' })
 * })
 * ```
 */
export async function attachResponse(
  hub: Hub,
  response: AnyResponse,
  request: LineRequest,
  options: ResponseOptions = {},
): Promise<Line> {
  const isClosed = response.destroyed || response.writableEnded
  return openOver(response, isClosed, () => hub.open(request, responseChannel(response, options)))
}

function responseChannel(response: AnyResponse, { lastWords = () => undefined }: ResponseOptions): Channel {
  function close(frame: LastFrame): void {
    if (!response.headersSent) {
      response.destroy()
      return
    }
    const words = response.writableEnded ? undefined : lastWords(frame)
    if (words !== undefined) response.write(words)
    response.end()
    seeOff(response, () => response.destroy())
  }

  return {
    cut: (ending) => close(lastFrame(ending)),
    release: () => close({ type: 'reconnect' }),
  }
}
