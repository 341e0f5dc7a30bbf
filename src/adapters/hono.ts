/**
 * Sessions in a Hono application, on any runtime.
 *
 * @module
 */
import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import { RollcallError } from '../core/errors.ts'
import type { Device } from '../core/session.ts'
import type { Freshness } from '../engine/freshness.ts'
import { doorkeeper, type RenewedForHolder } from './shared/doorkeeper.ts'
import { type HeaderList, type Incoming, PRIVATE } from './shared/exchange.ts'
import { answerOf } from './shared/failures.ts'
import type { AdapterOptions, NewSession, Sessions } from './shared/options.ts'
import type { SignedIn } from './shared/source.ts'

export type { Freshness } from '../engine/freshness.ts'
export type { RenewedForHolder } from './shared/doorkeeper.ts'
export type { AdapterOptions, NewSession, Sessions } from './shared/options.ts'
export type { Renewed, SessionSource, SignedIn, SignedInUser } from './shared/source.ts'

/** What a context has behind `requireSession()`: whose request it is. */
export interface SessionEnv {
  Variables: { signedIn: SignedIn }
}

/** How an adapter for Hono behaves. */
export interface HonoAdapterOptions extends AdapterOptions {
  /**
   * Tells where the holder is, such as `(context) => getConnInfo(context).remote.address`; what that is called is
   * the runtime's affair. Sessions have no address without it.
   */
  readonly address?: (context: Context) => string | undefined
}

/** Sessions, in the words of Hono. What refuses or fails throws, and `problems` answers that. */
export interface HonoAdapter {
  /** Lets in requests of live sessions alone, freshly and strongly enough proven; answers all others with a problem. */
  requireSession(freshness?: Freshness): MiddlewareHandler<SessionEnv>

  /** Whose request it is. Only behind {@link requireSession}. */
  signedIn(context: Context): SignedIn

  /** Tells whose request it is, or that it carries no live session. For pages that are for everybody. */
  findSession(context: Context): Promise<SignedIn | undefined>

  /** Reads the token of a request, to ask a server with it. Keep it from pages and logs. */
  tokenOf(context: Context): string | undefined

  /** Tells what a request is made with, for the session that is about to be issued. */
  deviceOf(context: Context): Pick<Device, 'ip' | 'userAgent'>

  /**
   * Hands a new session to the browser, and ends the one that it had until now. Answer with the context's own
   * `json`, `body` or `redirect`: a bare `Response` loses the cookie.
   */
  signIn(context: Context, issued: NewSession): Promise<void>

  /** Exchanges the token of a request for its successor, in the cookie if that is how it came. */
  refresh(context: Context): Promise<RenewedForHolder>

  /** Ends the session of a request, and has the browser forget it. One that is over already is no failure. */
  signOut(context: Context): Promise<void>

  /** Handles errors: answers failures of Rollcall with problems (RFC 9457), and all others by `otherwise`. */
  problems(otherwise?: ErrorHandler): ErrorHandler
}

/**
 * Makes an adapter over an engine, or a client of a server.
 *
 * @example
 * ```ts
 * const { requireSession, signedIn, problems } = honoAdapter(sessions)
 *
 * app.onError(problems())
 * app.get('/me', requireSession(), (context) => context.json(signedIn(context).user))
 * app.post('/payments', requireSession({ maxAge: '5m', level: 2 }), pay)
 * ```
 */
export function honoAdapter(sessions: Sessions, options: HonoAdapterOptions = {}): HonoAdapter {
  const door = doorkeeper(sessions, options)
  const read = (context: Context): Incoming => incomingOf(context, options.address?.(context))

  function answerTo(fault: unknown): Response | undefined {
    const answer = door.answerTo(fault)
    return answer && new Response(answer.body, answer)
  }

  return {
    requireSession(freshness) {
      const admit = door.require(freshness)
      return async (context, next) => {
        try {
          context.set('signedIn', await admit(read(context)))
        } catch (fault) {
          const answer = answerTo(fault)
          if (answer === undefined) throw fault
          return answer
        }
        add(context, PRIVATE)
        return next()
      }
    },
    signedIn(context) {
      const signedIn: SignedIn | undefined = context.get('signedIn')
      if (signedIn !== undefined) return signedIn
      throw new RollcallError('internal', 'This route asks whose request it is and has no requireSession().')
    },
    findSession: async (context) => door.find(read(context)),
    tokenOf: (context) => door.tokenOf(read(context)),
    deviceOf: (context) => door.deviceOf(read(context)),
    async signIn(context, issued) {
      add(context, await door.signIn(read(context), issued))
    },
    async refresh(context) {
      const { renewed, headers } = await door.refresh(read(context))
      add(context, headers)
      return renewed
    },
    async signOut(context) {
      add(context, await door.signOut(read(context)))
    },
    problems:
      (otherwise = failed) =>
      (fault, context) =>
        answerTo(fault) ?? otherwise(fault, context),
  }

  function failed(fault: Error): Response {
    if ('getResponse' in fault && typeof fault.getResponse === 'function') return fault.getResponse()
    options.report?.(fault)
    const answer = answerOf(new RollcallError('internal'))
    return new Response(answer.body, answer)
  }
}

/**
 * Reads a request. Runtimes do not say alike where it comes from: where nobody tells, whether it never left this
 * machine is seen by the host that it asks for, which a page cannot choose.
 */
function incomingOf({ req }: Context, address: string | undefined): Incoming {
  const { protocol, host } = new URL(req.url)
  return {
    method: req.method,
    headers: { host, ...req.header() },
    rawHeaders: [...req.raw.headers].flat(),
    secure: protocol === 'https:',
    host,
    peer: address ?? LOOPBACK,
    address,
  }
}

const LOOPBACK = '127.0.0.1'

function add(context: Context, headers: HeaderList): void {
  for (const [name, value] of headers) context.header(name, value, { append: name === 'set-cookie' })
}
