/**
 * Everything that can go wrong, in one table.
 *
 * @module
 */

/** The stable, machine-readable name of a failure. */
export type FailureCode =
  | 'bad-request'
  | 'bad-cursor'
  | 'ambiguous-credentials'
  | 'no-credentials'
  | 'no-session'
  | 'session-ended'
  | 'superseded'
  | 'not-fresh'
  | 'forbidden'
  | 'cross-site'
  | 'user-banned'
  | 'denied'
  | 'not-found'
  | 'method-not-allowed'
  | 'name-taken'
  | 'limit-reached'
  | 'parent-not-live'
  | 'conflict'
  | 'position-forgotten'
  | 'too-slow'
  | 'too-large'
  | 'path-too-long'
  | 'headers-too-large'
  | 'unsupported-media-type'
  | 'unprocessable'
  | 'upgrade-required'
  | 'not-published'
  | 'precondition-failed'
  | 'precondition-required'
  | 'too-many-attempts'
  | 'too-many-lines'
  | 'too-many-requests'
  | 'internal'
  | 'busy'
  | 'store-unavailable'
  | 'outcome-unknown'

/** What is known about a failure before it happens: the HTTP status, and a short title for people. */
export interface Failure {
  readonly status: number
  readonly title: string
}

/** One row per failure. The HTTP layer and every dialect translate rows; none of them invents one. */
export const FAILURES: Readonly<Record<FailureCode, Failure>> = {
  'bad-request': { status: 400, title: 'The request could not be understood' },
  'bad-cursor': { status: 400, title: 'The cursor is not one that this server made' },
  'ambiguous-credentials': { status: 400, title: 'The request carries two different credentials' },
  'no-credentials': { status: 401, title: 'The request carries no usable credential' },
  'no-session': { status: 401, title: 'There is no live session behind this request' },
  'session-ended': { status: 401, title: 'The session is over' },
  superseded: { status: 401, title: 'The token was replaced when the session changed its privileges' },
  'not-fresh': { status: 401, title: 'The holder must prove again who they are' },
  forbidden: { status: 403, title: 'This credential may not do that' },
  'cross-site': { status: 403, title: 'The request comes from another site' },
  'user-banned': { status: 403, title: 'The user is banned' },
  denied: { status: 403, title: 'The user, login, name or address is being kept out for a time' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'This path does not answer that method' },
  'name-taken': { status: 409, title: 'A live session already holds that name' },
  'limit-reached': { status: 409, title: 'The user already has as many sessions as allowed' },
  'parent-not-live': { status: 409, title: 'The login to live under is missing or over' },
  conflict: { status: 409, title: 'It was changed by someone else in the meantime' },
  'position-forgotten': { status: 410, title: 'The journal no longer reaches back that far' },
  'too-slow': { status: 408, title: 'The request did not arrive in time' },
  'too-large': { status: 413, title: 'The request is too large' },
  'path-too-long': { status: 414, title: 'The path is too long' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'not-published': { status: 409, title: 'Nobody publishes this stream just now' },
  'precondition-failed': { status: 412, title: 'It is not the one that was meant any more' },
  'upgrade-required': { status: 426, title: 'This path speaks WebSocket' },
  'precondition-required': { status: 428, title: 'The request must say which one it means' },
  unprocessable: { status: 422, title: 'The request was understood, and cannot be done as it is' },
  'unsupported-media-type': { status: 415, title: 'The body is not of the type that this takes' },
  'too-many-attempts': { status: 429, title: 'Too many wrong credentials came from this address' },
  'too-many-lines': { status: 429, title: 'As many lines are open as may be' },
  'too-many-requests': { status: 429, title: 'Too many requests came from this address' },
  internal: { status: 500, title: 'Something went wrong on this side' },
  busy: { status: 503, title: 'There is no room for more just now' },
  'store-unavailable': { status: 503, title: 'The store cannot be reached' },
  'outcome-unknown': { status: 503, title: 'It is not known whether this took effect' },
}

/** Facts that travel with a failure, such as the reason and moment of an ending. Never a secret. */
export type FailureDetails = Readonly<Record<string, unknown>>

/**
 * The one error that Rollcall throws.
 *
 * @example
 * ```ts
 * try {
 *   await sessions.issue({ user: { id: 'u1' } })
 * } catch (error) {
 *   if (isRollcallError(error, 'user-banned')) return sayWhy()
 *   throw error
 * }
 * ```
 */
export class RollcallError<Code extends FailureCode = FailureCode> extends Error {
  override readonly name = 'RollcallError'

  /** Names the failure. Match on this, never on the message. */
  readonly code: Code

  /** Facts that a program may act on. */
  readonly details: FailureDetails

  constructor(
    code: Code,
    message: string = FAILURES[code].title,
    details: FailureDetails = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** Tells whether a value is a {@link RollcallError}, optionally of one particular code. */
export function isRollcallError<Code extends FailureCode = FailureCode>(
  value: unknown,
  code?: Code,
): value is RollcallError<Code> {
  return value instanceof RollcallError && (code === undefined || value.code === code)
}
