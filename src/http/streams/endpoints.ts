/**
 * Where publishing (WHIP, RFC 9725) and playing (WHEP, draft-ietf-wish-whep) begin: an offer is posted and answered.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RollcallError } from '../../core/errors.ts'
import type { AnsweredLine } from '../../live/stream-contract.ts'
import type { App } from '../app.ts'
import { clientOf } from '../client.ts'
import type { IceServer, StreamServing } from './contract.ts'
import { STREAM_EVENTS } from './events.ts'
import type { HeldUrls } from './held-urls.ts'
import { mediaTypeOf } from './media-type.ts'
import { answerOtherMethods, STREAM_ROUTE } from './other-methods.ts'
import type { Pace } from './pace.ts'
import { type Place, pathAskedFor, placeOf, STREAM_PATH, targetOf } from './place.ts'
import { FRAGMENT_TYPE, requireOffer, SDP_TYPE, ufragOf } from './sdp.ts'
import { deviceOf, type Who } from './who.ts'

/** What endpoints are made of. */
export interface EndpointParts extends Omit<StreamServing, 'pace'> {
  readonly pace: Pace
  readonly who: Who
  readonly urls: HeldUrls
}

/** The two of them, as the last part of a path. */
export type EndpointName = 'whip' | 'whep'

/** Begins what an offer asks for, once it is known who asks. */
type Begin = (offer: string) => Promise<AnsweredLine>

/** Adds them. Whether somebody may is decided before the body is looked at. */
export function addEndpoints(scope: App, parts: EndpointParts): void {
  const { streams, vhosts, pace, who, urls, iceServers, door } = parts
  const beginnings = new WeakMap<FastifyRequest, Begin>()

  const admissions = {
    async whip(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<Begin> {
      const terms = await who.publisher(request, reply, place)
      const { resource } = place
      return (offer) => streams.publish({ ...terms, resource, offer, device: deviceOf(request) })
    },
    async whep(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<Begin> {
      const terms = await who.viewer(request, reply, place)
      const { resource } = place
      const name = readName(request)
      return (offer) => streams.play({ ...terms, ...name, resource, offer, device: deviceOf(request) })
    },
  }

  for (const endpoint of ['whip', 'whep'] as const) {
    const url = `${STREAM_PATH}/${endpoint}`
    scope.post(url, {
      ...STREAM_ROUTE,
      onRequest: async (request, reply) => {
        const place = placeOf(vhosts, request)
        await pace(clientOf(request))
        beginnings.set(request, await admissions[endpoint](request, reply, place))
      },
      handler: async (request, reply) => {
        if (mediaTypeOf(request) !== SDP_TYPE) throw notSdp(reply)
        const offer = requireOffer(request.body)
        const { application, resource } = placeOf(vhosts, request)
        const elsewhere = endpoint === 'whep' ? await streams.elsewhere(resource) : undefined
        if (elsewhere !== undefined)
          return reply
            .code(307)
            .header('location', door.forward(application, `${elsewhere}${targetOf(request)}`))
            .send()
        const answered = await beginnings.get(request)?.(offer)
        if (answered === undefined) throw new RollcallError('internal', 'nobody was let in')
        return welcome(endpoint, request, reply, offer, answered)
      },
    })
    answerOtherMethods(scope, url, ['GET', 'HEAD', 'POST'], {
      'accept-post': SDP_TYPE,
      'accept-patch': FRAGMENT_TYPE,
    })
    scope.head(url, STREAM_ROUTE, async (_request, reply) => reply.type(SDP_TYPE).send())
    scope.get(url, STREAM_ROUTE, async (_request, reply) => reply.code(204).send())
  }

  function welcome(
    endpoint: EndpointName,
    request: FastifyRequest,
    reply: FastifyReply,
    offer: string,
    { line, answer }: AnsweredLine,
  ): FastifyReply {
    const { path, tag } = urls.add({ line, endpoint: pathAskedFor(request), ufrag: ufragOf(offer) })
    const events = `<${path}/events>; rel="${EVENTS_EXTENSION}"; events="${STREAM_EVENTS.join(',')}"`
    const links = [...iceServers.map(linkTo), ...(endpoint === 'whep' ? [events] : [])]
    return reply
      .code(201)
      .headers({
        location: path,
        etag: tag,
        'accept-patch': FRAGMENT_TYPE,
        ...(links.length > 0 && { link: links }),
      })
      .type(SDP_TYPE)
      .send(answer)
  }
}

/** Names the extension in a link. */
const EVENTS_EXTENSION = 'urn:ietf:params:whep:ext:core:server-sent-events'

/** Characters that a name may have. */
const LONGEST_NAME = 190

/** What the playback is to be called. @throws RollcallError `bad-request` */
export function readName({ query }: FastifyRequest): { readonly name?: string } {
  const { session } = query as { readonly session?: unknown }
  if (session === undefined) return {}
  if (typeof session === 'string' && session.length <= LONGEST_NAME && /^[^/\p{Cc}]+$/u.test(session))
    return { name: session }
  throw new RollcallError(
    'bad-request',
    `"session" names the playback, once: 1 to ${LONGEST_NAME} characters without "/" and control characters.`,
  )
}

function notSdp(reply: FastifyReply): RollcallError {
  reply.header('accept-post', SDP_TYPE)
  return new RollcallError('unsupported-media-type', `Send the offer as SDP, with Content-Type: ${SDP_TYPE}.`)
}

/** Tells clients of a server that helps (RFC 9725 4.6). */
function linkTo({ url, username, credential }: IceServer): string {
  const secret =
    credential === undefined
      ? ''
      : `; username=${quoted(username ?? '')}; credential=${quoted(credential)}; credential-type="password"`
  return `<${url}>; rel="ice-server"${secret}`
}

/** A quoted string (RFC 9110 5.6.4). */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
