/**
 * Letting requests of an application in by their sessions, whatever its framework.
 *
 * @module
 */
import { FAILURES, type FailureDetails, isRollcallError, RollcallError } from '../../core/errors.ts'
import type { Device } from '../../core/session.ts'
import { toMilliseconds } from '../../core/time.ts'
import { readSessionId } from '../../core/token.ts'
import type { Freshness } from '../../engine/freshness.ts'
import { CLEAR_SITE_DATA, expireCookie, writeCookie } from '../../protocol/cookies.ts'
import type { PresentedToken } from '../../protocol/credentials.ts'
import { carrier } from './carrier.ts'
import { type HeaderList, type Incoming, PRIVATE } from './exchange.ts'
import { answerOf, askingFailureOf, type FailureAnswer, failureOf } from './failures.ts'
import { type AdapterOptions, type NewSession, type Sessions, sourceOf } from './options.ts'
import type { Renewed, SignedIn } from './source.ts'

/** A renewed session as its holder is told of it: without a token where that went into the cookie. */
export type RenewedForHolder = Omit<Renewed, 'token'> & Partial<Pick<Renewed, 'token'>>

/** What every adapter does. */
export interface Doorkeeper {
  /** Makes what lets in live sessions alone. @throws RollcallError `bad-request`, at once, for a bad span of time */
  require(freshness?: Freshness): (incoming: Incoming) => Promise<SignedIn>

  /** Tells who sends a request, or that it carries no live session; throws where that cannot be told. */
  find(incoming: Incoming): Promise<SignedIn | undefined>

  /** Reads the token of a request, whatever it is worth. */
  tokenOf(incoming: Incoming): string | undefined

  /** Tells what a request is made with, for the session that is about to be issued. */
  deviceOf(incoming: Incoming): Pick<Device, 'ip' | 'userAgent'>

  /** Ends the session that the browser had until now, and hands it a new one. */
  signIn(incoming: Incoming, issued: NewSession): Promise<HeaderList>

  /** Exchanges the token of a request for its successor, in the cookie if that is how it came. */
  refresh(incoming: Incoming): Promise<{ readonly renewed: RenewedForHolder; readonly headers: HeaderList }>

  /** Ends the session of a request. One that is over already, or never was, is no failure. */
  signOut(incoming: Incoming): Promise<HeaderList>

  /** The answer to a failure of Rollcall; undefined where something else failed. */
  answerTo(fault: unknown): FailureAnswer | undefined
}

/** Makes one. */
export function doorkeeper(sessions: Sessions, options: AdapterOptions = {}): Doorkeeper {
  const source = sourceOf(sessions)
  const tokens = carrier(options)

  function identify(token: PresentedToken | undefined, freshness: Freshness): Promise<SignedIn> {
    if (token === undefined) throw new RollcallError('no-session')
    return asking(() => source.identify(token.value, freshness))
  }

  async function leave(token: string): Promise<void> {
    const signedIn = await unlessOver(asking(() => source.identify(token)))
    if (signedIn !== undefined) await unlessOver(asking(() => source.leave(token, signedIn.session)))
  }

  return {
    require(freshness = {}) {
      const facts = factsOf(freshness)
      return async (incoming) => {
        try {
          return await identify(tokens.tokenOf(incoming, 'look'), freshness)
        } catch (fault) {
          throw isRollcallError(fault, 'not-fresh') ? new RollcallError('not-fresh', REPROVE, facts) : fault
        }
      }
    },

    async find(incoming) {
      const token = tokens.tokenOf(incoming, 'look')
      if (token === undefined) return undefined
      return identify(token, {}).catch((fault: unknown) => {
        if (!isRollcallError(fault) || FAILURES[fault.code].status !== 401) throw fault
        return undefined
      })
    },

    tokenOf: (incoming) => tokens.tokenOf(incoming, 'look')?.value,

    deviceOf({ address, headers: { 'user-agent': userAgent } }) {
      return {
        ...(address !== undefined && { ip: address }),
        ...(typeof userAgent === 'string' && { userAgent: userAgent.slice(0, LONGEST_USER_AGENT) }),
      }
    },

    async signIn(incoming, { session, token }) {
      tokens.refuseElsewhere(incoming)
      const former = tokens.cookieTokenOf(incoming)
      if (former !== undefined && readSessionId(former) !== session.id) await leave(former)
      const setCookie = writeCookie(tokens.cookieFor(incoming), token, secondsUntil(session.expiresAt))
      return [...PRIVATE, ['set-cookie', setCookie]]
    },

    async refresh(incoming) {
      const presented = tokens.tokenOf(incoming, 'change')
      if (presented === undefined) throw new RollcallError('no-session')
      const { session, token } = await asking(() => source.renew(presented.value))
      if (presented.cookie === undefined) return { renewed: { session, token }, headers: PRIVATE }
      const setCookie = writeCookie(presented.cookie, token, secondsUntil(session.expiresAt))
      return { renewed: { session }, headers: [...PRIVATE, ['set-cookie', setCookie]] }
    },

    async signOut(incoming) {
      const token = tokens.tokenOf(incoming, 'change')
      if (token === undefined) return PRIVATE
      await leave(token.value)
      if (token.cookie === undefined) return PRIVATE
      return [...PRIVATE, ['set-cookie', expireCookie(token.cookie)], ['clear-site-data', CLEAR_SITE_DATA]]
    },

    answerTo(fault) {
      const failure = failureOf(fault)
      if (failure === undefined) return undefined
      const answer = answerOf(failure)
      if (answer.status >= 500) options.report?.(failure)
      return answer
    },
  }
}

const LONGEST_USER_AGENT = 512

const REPROVE = 'Sign in again, or prove more strongly who you are, and then repeat this.'

/** Asks sessions. Whatever keeps an answer from coming is a refusal or not knowing, and never a live session. */
async function asking<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (fault) {
    throw askingFailureOf(fault)
  }
}

/** What is answered, or undefined where there was no session any longer. */
async function unlessOver<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (fault) {
    if (isRollcallError(fault, 'no-session') || isRollcallError(fault, 'session-ended')) return undefined
    throw fault
  }
}

/** What was asked of a proof, as the challenge says it (RFC 9470 3): the age in seconds. */
function factsOf({ maxAge, level }: Freshness): FailureDetails {
  return {
    ...(maxAge !== undefined && { maxAge: Math.floor(toMilliseconds(maxAge, 'age') / 1_000) }),
    ...(level !== undefined && { level }),
  }
}

function secondsUntil(moment: NewSession['session']['expiresAt']): number {
  return (new Date(moment).getTime() - Date.now()) / 1_000
}
