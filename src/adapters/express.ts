/**
 * Sessions in an Express application.
 *
 * @module
 */
import type { Request, Response } from 'express'
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

declare global {
  namespace Express {
    interface Request {
      /** Whose request it is, where `requireSession()` let it in. */
      signedIn?: SignedIn
    }
  }
}

/** What is needed of a request. */
export type AnyRequest = Pick<
  Request,
  'method' | 'headers' | 'rawHeaders' | 'secure' | 'host' | 'socket' | 'ip' | 'signedIn'
>

/** What is needed of a response. */
export type AnyResponse = Pick<Response, 'headersSent' | 'append' | 'set' | 'status' | 'end'>

/** Passes a request on. */
export type Next = (fault?: unknown) => void

/** Sessions, in the words of Express. What refuses or fails throws, and `problems` answers that. */
export interface ExpressAdapter extends PairedAdapter<AnyRequest, AnyResponse> {
  /** Lets in requests of live sessions alone, freshly and strongly enough proven; answers all others with a problem. */
  requireSession(
    freshness?: Freshness,
  ): (request: AnyRequest, response: AnyResponse, next: Next) => Promise<void>

  /** Answers failures of Rollcall with problems (RFC 9457), and passes on all others. */
  readonly problems: (fault: unknown, request: AnyRequest, response: AnyResponse, next: Next) => void
}

/**
 * Makes an adapter over an engine, or a client of a server.
 *
 * @example
 * ```ts
 * const { requireSession, signedIn, problems } = expressAdapter(sessions)
 *
 * app.get('/me', requireSession(), (request, response) => response.json(signedIn(request).user))
 * app.post('/payments', requireSession({ maxAge: '5m', level: 2 }), pay)
 * app.use(problems)
 * ```
 */
export function expressAdapter(sessions: Sessions, options: AdapterOptions = {}): ExpressAdapter {
  const door = doorkeeper(sessions, options)
  const problems: ExpressAdapter['problems'] = (fault, _request, response, next) => {
    const answer = response.headersSent ? undefined : door.answerTo(fault)
    if (answer === undefined) return next(fault)
    response.status(answer.status)
    response.set(answer.headers)
    response.end(answer.body)
  }

  return {
    requireSession(freshness) {
      const admit = door.require(freshness)
      return async (request, response, next) => {
        const signedIn = await admit(read(request)).catch((fault: unknown) => {
          problems(fault, request, response, next)
        })
        if (!signedIn) return
        request.signedIn = signedIn
        add(response, PRIVATE)
        next()
      }
    },
    signedIn({ signedIn }) {
      if (signedIn !== undefined) return signedIn
      throw new RollcallError('internal', 'This route asks whose request it is and has no requireSession().')
    },
    findSession: async (request) => door.find(read(request)),
    tokenOf: (request) => door.tokenOf(read(request)),
    deviceOf: (request) => door.deviceOf(read(request)),
    async signIn(request, response, issued) {
      add(response, await door.signIn(read(request), issued))
    },
    async refresh(request, response) {
      const { renewed, headers } = await door.refresh(read(request))
      add(response, headers)
      return renewed
    },
    async signOut(request, response) {
      add(response, await door.signOut(read(request)))
    },
    problems,
  }
}

function read(request: AnyRequest): Incoming {
  const { method, headers, rawHeaders, secure, host, socket, ip } = request
  return { method, headers, rawHeaders, secure, host, peer: socket.remoteAddress, address: ip }
}

function add(response: AnyResponse, headers: HeaderList): void {
  for (const [name, value] of headers)
    if (name === 'set-cookie') response.append(name, value)
    else response.set(name, value)
}
