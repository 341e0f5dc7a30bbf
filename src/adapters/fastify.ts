/**
 * Sessions in a Fastify application.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { RollcallError } from '../core/errors.ts'
import type { Freshness } from '../engine/freshness.ts'
import { doorkeeper } from './shared/doorkeeper.ts'
import { type HeaderList, type Incoming, PRIVATE } from './shared/exchange.ts'
import type { AdapterOptions, Sessions } from './shared/options.ts'
import type { PairedAdapter } from './shared/paired.ts'
import type { SignedIn } from './shared/source.ts'

export type { Freshness } from '../engine/freshness.ts'
export type { RenewedForHolder } from './shared/doorkeeper.ts'
export type { AdapterOptions, NewSession, Sessions } from './shared/options.ts'
export type { Renewed, SessionSource, SignedIn, SignedInUser } from './shared/source.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request it is, where `requireSession()` let it in. */
    signedIn?: SignedIn | undefined
  }
}

/** What is needed of a request, over whichever version of HTTP. */
export interface AnyRequest extends Pick<FastifyRequest, 'method' | 'headers' | 'protocol' | 'host' | 'ip'> {
  readonly raw: { readonly rawHeaders: string[] }
  readonly socket: { readonly remoteAddress?: string | undefined }
  signedIn?: SignedIn | undefined
}

/** What is needed of a reply. */
export interface AnyReply {
  code(status: number): unknown
  header(name: string, value: string): unknown
  send(body: string): unknown
}

/** Sessions, in the words of Fastify. What refuses or fails throws, and `problems` answers that. */
export interface FastifyAdapter extends PairedAdapter<AnyRequest, AnyReply> {
  /**
   * Lets in requests of live sessions alone, freshly and strongly enough proven; answers all others with a problem.
   * For `onRequest`, so that a body is read for those alone who may send one; or for `preHandler`.
   */
  requireSession(freshness?: Freshness): (request: AnyRequest, reply: AnyReply) => Promise<unknown>

  /** Handles errors: answers failures of Rollcall with problems (RFC 9457), and leaves all others to Fastify. */
  readonly problems: (fault: unknown, request: AnyRequest, reply: AnyReply) => unknown
}

/**
 * Makes an adapter over an engine, or a client of a server.
 *
 * @example
 * ```ts
 * const { requireSession, signedIn, problems } = fastifyAdapter(sessions)
 *
 * app.setErrorHandler(problems)
 * app.get('/me', { onRequest: requireSession() }, (request) => signedIn(request).user)
 * app.post('/payments', { onRequest: requireSession({ maxAge: '5m', level: 2 }) }, pay)
 * ```
 */
export function fastifyAdapter(sessions: Sessions, options: AdapterOptions = {}): FastifyAdapter {
  const door = doorkeeper(sessions, options)
  const problems: FastifyAdapter['problems'] = (fault, _request, reply) => {
    const answer = door.answerTo(fault)
    if (answer === undefined) throw fault
    reply.code(answer.status)
    add(reply, Object.entries(answer.headers))
    return reply.send(answer.body)
  }

  return {
    requireSession(freshness) {
      const admit = door.require(freshness)
      return async (request, reply) => {
        try {
          request.signedIn = await admit(read(request))
        } catch (fault) {
          return problems(fault, request, reply)
        }
        return add(reply, PRIVATE)
      }
    },
    signedIn({ signedIn }) {
      if (signedIn !== undefined) return signedIn
      throw new RollcallError('internal', 'This route asks whose request it is and has no requireSession().')
    },
    findSession: async (request) => door.find(read(request)),
    tokenOf: (request) => door.tokenOf(read(request)),
    deviceOf: (request) => door.deviceOf(read(request)),
    async signIn(request, reply, issued) {
      add(reply, await door.signIn(read(request), issued))
    },
    async refresh(request, reply) {
      const { renewed, headers } = await door.refresh(read(request))
      add(reply, headers)
      return renewed
    },
    async signOut(request, reply) {
      add(reply, await door.signOut(read(request)))
    },
    problems,
  }
}

function read({ method, headers, raw, protocol, host, socket, ip }: AnyRequest): Incoming {
  return {
    method,
    headers,
    rawHeaders: raw.rawHeaders,
    secure: protocol === 'https',
    host,
    peer: socket.remoteAddress,
    address: ip,
  }
}

/** Fastify keeps the cookies that are there when another is added. */
function add(reply: AnyReply, headers: HeaderList): void {
  for (const [name, value] of headers) reply.header(name, value)
}
