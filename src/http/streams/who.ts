/**
 * Who asks to publish or to play, and on which terms they may.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AccessKey, coversRealm, hasScope } from '../../core/access-key.ts'
import { FAILURES, isRollcallError, RollcallError } from '../../core/errors.ts'
import type { Actor, Device } from '../../core/session.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import type { Live, SessionManager } from '../../engine/manager.ts'
import { type PlaybackTerms, ruleFor } from '../../live/playback-rules.ts'
import { type Credentials, readCredentials } from '../../protocol/credentials.ts'
import { requireLive } from '../../protocol/verdicts.ts'
import { firstKey } from '../admit.ts'
import type { Attempts } from '../attempts.ts'
import { addressOf, clientOf, isLocal } from '../client.ts'
import type { StreamServing } from './contract.ts'
import { type Place, urlAskedFor } from './place.ts'

/** On which terms somebody publishes. */
export interface PublishTerms {
  readonly user?: { readonly id: string }
  readonly parentId?: string
  readonly by: Actor
}

/** Lets in whoever may publish or play. A credential that was sent must be right, needed or not. */
export interface Who {
  /** @throws RollcallError what keeps them out, after it was counted where it was guessed */
  publisher(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<PublishTerms>

  /** @throws RollcallError what keeps them out, after it was counted where it was guessed */
  viewer(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<PlaybackTerms>
}

/** What it takes to tell. */
export interface WhoParts extends Pick<StreamServing, 'door' | 'publishRules'> {
  readonly sessions: SessionManager
  readonly attempts: Attempts
}

/** Makes one. */
export function whoAsks({ sessions, attempts, door, publishRules }: WhoParts): Who {
  /** Counts what was sent and is no credential, and throws it. */
  async function guarded<Terms>(
    request: FastifyRequest,
    reply: FastifyReply,
    decide: (credentials: Credentials) => Promise<Terms>,
  ): Promise<Terms> {
    const credentials = readCredentials(request.raw.rawHeaders, isLocal(request))
    try {
      return await decide(credentials)
    } catch (fault) {
      if (!isRollcallError(fault) || FAILURES[fault.code].status !== 401) throw fault
      const sent = credentials.token !== undefined || credentials.keys.length > 0
      const wrong = sent && (fault.code === 'no-session' || fault.code === 'no-credentials')
      throw await attempts.refuse(reply, clientOf(request), fault, wrong)
    }
  }

  async function keyOf(keys: readonly string[]): Promise<AccessKey> {
    const key = await firstKey(sessions, keys)
    if (key !== undefined) return key
    throw new RollcallError('no-credentials', 'Send an access key: Authorization: Bearer <key>.')
  }

  async function loginOf(token: string): Promise<PublishTerms> {
    const { session } = requireLive<Live>(await sessions.verify(token, { realm: DEFAULT_REALM }))
    if (session.kind !== 'login')
      throw forbidden(`A stream is published with a login. This token is of a ${session.kind}.`)
    return { parentId: session.id, by: { kind: 'user', id: session.userId ?? '' } }
  }

  return {
    publisher: (request, reply, { application }) =>
      guarded(request, reply, async ({ token, keys }) => {
        if (token !== undefined && ruleFor(publishRules, application) === 'session')
          return loginOf(token.value)
        if (token !== undefined && keys.length === 0)
          throw forbidden('Publishing this takes an access key, not a session token.')
        const key = await keyOf(keys)
        if (!hasScope(key, 'streams:publish'))
          throw forbidden('This access key lacks the scope "streams:publish".')
        if (!coversRealm(key, DEFAULT_REALM))
          throw forbidden(`Streams belong to the realm "${DEFAULT_REALM}"; this access key is for another.`)
        return { user: { id: `key:${key.id}` }, by: { kind: 'key', id: key.id } }
      }),

    viewer: (request, reply, { application }) =>
      guarded(request, reply, async ({ token, keys }) => {
        if (keys.length > 0) await keyOf(keys)
        return door.admit({
          application,
          token: token?.value,
          url: urlAskedFor(request),
          peerAddress: request.socket.remoteAddress ?? '',
          address: addressOf(request) ?? '',
        })
      }),
  }
}

/** What a request says of whatever it was sent with. */
export function deviceOf(request: FastifyRequest): Device {
  const ip = addressOf(request)
  const userAgent = request.headers['user-agent']
  return { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
}

function forbidden(why: string): RollcallError {
  return new RollcallError('forbidden', why)
}
