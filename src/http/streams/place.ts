/**
 * Which stream a request is about, and how it was asked for.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { RESERVED_APPLICATIONS, resourceOf, vhostOf } from '../../live/stream-path.ts'
import { isForWebSocket } from '../live/upgrades.ts'

/** The parts of a path that name a stream, decoded. */
export interface StreamParams {
  readonly application: string
  readonly stream: string
}

/** The path of both endpoints' streams. Applications that are called like the server's own paths are left to those. */
export const STREAM_PATH: string = `/:application(^(?!(?:${RESERVED_APPLICATIONS.map(escaped).join('|')})$)[^/]+$)/:stream`

/** A stream, and the application that it is in. */
export interface Place {
  readonly application: string
  readonly resource: string
}

/** The stream that a request names. @throws RollcallError `bad-request` for what no stream can be called */
export function placeOf(vhosts: ReadonlyMap<string, string>, request: FastifyRequest): Place {
  const { application, stream } = request.params as StreamParams
  const vhost = vhostOf(vhosts, request.host)
  return { application, resource: resourceOf({ vhost, application, stream }) }
}

/** The URL that a client asked for, as far as proxies are trusted to tell, with its port even where that is the usual one. */
export function urlAskedFor(request: FastifyRequest): string {
  const { host, protocol: carrier } = request
  const protocol = isForWebSocket(request.raw) ? carrier.replace('http', 'ws') : carrier
  const port = /:\d+$/.test(host) ? '' : carrier === 'https' ? ':443' : ':80'
  return `${protocol}://${host}${port}${targetOf(request)}`
}

/** The path and the query that were asked for, whether the request names scheme and host before them or not (RFC 9112 3.2.2). */
export function targetOf({ raw }: FastifyRequest): string {
  return (raw.url ?? '').replace(/^https?:\/\/[^/?]*/i, '')
}

/** The path that was asked for, without its query. */
export function pathAskedFor(request: FastifyRequest): string {
  const [path = ''] = targetOf(request).split('?')
  return path
}

function escaped(name: string): string {
  return name.replaceAll('.', '\\.')
}
