/**
 * The URL of one who publishes or plays: candidates are added at it, events are read, and it is left.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RollcallError } from '../../core/errors.ts'
import type { App } from '../app.ts'
import type { EndpointName } from './endpoints.ts'
import { STREAM_EVENTS, type StreamEvents, type StreamEventType } from './events.ts'
import type { HeldUrl, HeldUrls } from './held-urls.ts'
import { mediaTypeOf } from './media-type.ts'
import { answerOtherMethods, STREAM_ROUTE } from './other-methods.ts'
import { pathAskedFor, STREAM_PATH } from './place.ts'
import { FRAGMENT_TYPE, readFragment } from './sdp.ts'

/** What they are made of. */
export interface SessionUrlParts {
  readonly urls: HeldUrls
  readonly events: StreamEvents
}

/** Adds them. The secret in the path is the credential. */
export function addSessionUrls(scope: App, { urls, events }: SessionUrlParts): void {
  for (const endpoint of ['whip', 'whep'] as const) {
    const url = `${STREAM_PATH}/${endpoint}/:secret`

    scope.patch(url, STREAM_ROUTE, async (request, reply) => {
      const held = urls.find(...secretOf(request, endpoint))
      if (mediaTypeOf(request) !== FRAGMENT_TYPE) throw notFragment(reply)
      requireMatch(request, held)
      const { ufrag, candidates } = readFragment(request.body)
      if (ufrag !== undefined && ufrag !== held.ufrag) throw noRestart()
      for (const candidate of candidates) await held.line.addCandidate(candidate)
      return reply.code(204).send()
    })

    scope.delete(url, STREAM_ROUTE, async (request, reply) => {
      const [path, secret] = secretOf(request, endpoint)
      const { line } = urls.find(path, secret)
      urls.forget(secret)
      line.leave()
      events.end(line)
      return reply.code(200).send()
    })

    for (const method of ['GET', 'HEAD'] as const)
      scope.route({
        ...STREAM_ROUTE,
        method,
        url,
        handler: async (request, reply) => {
          const { tag } = urls.find(...secretOf(request, endpoint))
          return reply
            .code(method === 'GET' ? 204 : 200)
            .header('etag', tag)
            .send()
        },
      })

    answerOtherMethods(scope, url, ['DELETE', 'GET', 'HEAD', 'PATCH'], { 'accept-patch': FRAGMENT_TYPE })
  }

  const url = `${STREAM_PATH}/whep/:secret/events`

  scope.post(url, STREAM_ROUTE, async (request, reply) => {
    urls.find(...secretOf(request, 'whep'))
    const only = readWanted(request)
    return reply
      .code(201)
      .header('location', `${pathAskedFor(request)}?only=${only.join(',')}`)
      .send()
  })

  scope.get(url, STREAM_ROUTE, async (request, reply) => {
    const { line } = urls.findLately(...secretOf(request, 'whep'))
    const { only } = request.query as { readonly only?: unknown }
    const wanted = only === undefined ? STREAM_EVENTS : known(String(only).split(','))
    events.open(reply.raw, line, wanted, reply.getHeaders() as Record<string, string>)
    return reply.hijack()
  })

  answerOtherMethods(scope, url, ['GET', 'POST'], { 'accept-post': 'application/json' })
}

/** The endpoint that a URL is under, and its secret. */
function secretOf(request: FastifyRequest, endpoint: EndpointName): readonly [string, string] {
  const { secret } = request.params as { readonly secret: string }
  const path = pathAskedFor(request)
  return [path.slice(0, path.lastIndexOf(`/${endpoint}/`) + endpoint.length + 1), secret]
}

/** Refuses what does not say which ICE session it means, or means another (RFC 9725 4.3.1). */
function requireMatch({ headers }: FastifyRequest, { tag }: HeldUrl): void {
  const wanted = headers['if-match']
  if (wanted === undefined)
    throw new RollcallError(
      'precondition-required',
      'Send If-Match with the ETag of the answer to the offer.',
    )
  const tags = wanted.split(',').map((each) => each.trim())
  if (!tags.includes('*') && !tags.includes(tag))
    throw new RollcallError(
      'precondition-failed',
      'This is of another ICE session. Send the ETag of the answer.',
    )
}

function noRestart(): RollcallError {
  return new RollcallError('unprocessable', 'ICE is not restarted here. Delete this, and post a new offer.')
}

function notFragment(reply: FastifyReply): RollcallError {
  reply.header('accept-patch', FRAGMENT_TYPE)
  return new RollcallError('unsupported-media-type', `Send candidates with Content-Type: ${FRAGMENT_TYPE}.`)
}

/** Which events are asked for: a JSON list of them, or nothing for all. Those that are not known here are passed over. */
function readWanted(request: FastifyRequest): readonly StreamEventType[] {
  if (request.body === undefined || request.body === '') return STREAM_EVENTS
  if (mediaTypeOf(request) !== 'application/json')
    throw new RollcallError(
      'unsupported-media-type',
      'Send the list of events with Content-Type: application/json.',
    )
  const names = parse(String(request.body))
  const wanted = known(Array.isArray(names) ? names : [])
  if (wanted.length > 0) return wanted
  throw new RollcallError('bad-request', `Send a JSON list of events. There are ${STREAM_EVENTS.join(', ')}.`)
}

function known(names: readonly unknown[]): readonly StreamEventType[] {
  return STREAM_EVENTS.filter((event) => names.includes(event))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
