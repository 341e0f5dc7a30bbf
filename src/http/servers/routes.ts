/**
 * Where media servers call: OvenMediaEngine to ask whether somebody may come in, Janus to say that something happened.
 *
 * @module
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RollcallError } from '../../core/errors.ts'
import { type AdmissionCall, isSigned, readAdmissionCall } from '../../live/servers/admission-calls.ts'
import type { Admit } from '../../live/servers/admissions.ts'
import type { App } from '../app.ts'
import type { Attempts } from '../attempts.ts'
import { clientOf } from '../client.ts'
import { isPassword } from './password.ts'

/** Who may call, and what is done then. A path of somebody who may not is not there. */
export interface MediaServerCalls {
  /** OvenMediaEngine, which signs its calls with the secret. */
  readonly ome?: { readonly secret: string; readonly admit: Admit }

  /** Janus, which sends the secret as a password. */
  readonly janus?: { readonly secret: string; readonly hint: () => void }
}

/** The most bytes of a handful of events. Nobody looks into them. */
const MOST_EVENTS = 4_194_304

/** Adds them. Bodies are taken as they are, since what is signed is bytes; those of events only of who knows the password. */
export function mediaServerRoutes(app: App, { ome, janus }: MediaServerCalls, attempts: Attempts): void {
  const config = { access: 'anyone' } as const
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    if (ome) {
      scope.post('/v1/admissions/ome', { config }, async (request, reply) => {
        const body = bytesOf(request)
        const signature = request.headers['x-ome-signature']
        if (!isSigned(body, signature, ome.secret)) {
          const refusal = new RollcallError(
            'no-credentials',
            'X-OME-Signature is not the signature of this body. Set the SecretKey of AdmissionWebhooks to --admission-secret.',
          )
          throw await attempts.refuse(reply, clientOf(request), refusal, signature !== undefined)
        }
        return answer(ome.admit, readAdmissionCall(parsed(body)), vhostOf(request), reply)
      })
    }

    if (janus) {
      const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
        const { authorization } = request.headers
        if (isPassword(authorization, janus.secret)) return
        const refusal = new RollcallError(
          'no-credentials',
          'Set backend_pwd of the event handler to --janus-events-secret.',
        )
        throw await attempts.refuse(reply, clientOf(request), refusal, authorization !== undefined)
      }
      scope.post(
        '/v1/events/janus',
        { config, onRequest, bodyLimit: MOST_EVENTS },
        async (_request, reply) => {
          janus.hint()
          return reply.code(204).send()
        },
      )
    }
  })
}

/** Answers; and takes back what was allowed to somebody who has stopped waiting for it. */
async function answer(
  admit: Admit,
  call: AdmissionCall,
  vhost: string,
  reply: FastifyReply,
): Promise<unknown> {
  const answered = await admit(call, vhost)
  if (reply.raw.destroyed && call.status === 'opening') await admit({ ...call, status: 'closing' }, vhost)
  return answered
}

function bytesOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array()
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new RollcallError('bad-request', 'The body is no JSON.', {}, cause)
  }
}

const VHOST = /^[^\s/?#]{1,64}$/

/** The virtual host that `?vhost=` names, since a call does not say whose it is. */
function vhostOf({ query }: FastifyRequest): string {
  const { vhost = 'default' } = query as Readonly<Record<string, unknown>>
  if (typeof vhost === 'string' && VHOST.test(vhost)) return vhost
  throw new RollcallError('bad-request', 'Name the virtual host once: ?vhost=default.')
}
