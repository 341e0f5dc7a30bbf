/**
 * What adapters offer to frameworks that hand over a request and its response apart.
 *
 * @module
 */
import type { Device } from '../../core/session.ts'
import type { RenewedForHolder } from './doorkeeper.ts'
import type { NewSession } from './options.ts'
import type { SignedIn } from './source.ts'

/** Sessions of requests, but for what lets them in and what answers failures: each framework has its own words for those. */
export interface PairedAdapter<Request, Response> {
  /** Whose request it is. Only behind `requireSession()`. */
  signedIn(request: Request): SignedIn

  /** Tells whose request it is, or that it carries no live session. For pages that are for everybody. */
  findSession(request: Request): Promise<SignedIn | undefined>

  /** Reads the token of a request, to ask a server with it. Keep it from pages and logs. */
  tokenOf(request: Request): string | undefined

  /** Tells what a request is made with, for the session that is about to be issued. */
  deviceOf(request: Request): Pick<Device, 'ip' | 'userAgent'>

  /** Hands a new session to the browser, and ends the one that it had until now. */
  signIn(request: Request, response: Response, issued: NewSession): Promise<void>

  /** Exchanges the token of a request for its successor, in the cookie if that is how it came. */
  refresh(request: Request, response: Response): Promise<RenewedForHolder>

  /** Ends the session of a request, and has the browser forget it. One that is over already is no failure. */
  signOut(request: Request, response: Response): Promise<void>
}
