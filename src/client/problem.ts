/**
 * What a client throws.
 *
 * @module
 */
import type { FailureCode } from '../core/errors.ts'
import type { EndReason } from '../core/session.ts'
import type { WireSession } from '../protocol/shapes.ts'

/** The stable name of a failure: one of the server's, or one of those that keep its answer from arriving. */
export type ProblemCode = FailureCode | MissingAnswer

/** No answer came; none came in time; or one came that is not Rollcall's. */
export type MissingAnswer = 'unreachable' | 'timeout' | 'unexpected-answer'

/** Facts that travel with a problem. */
export interface ProblemDetails {
  /** With `session-ended`: why, and since when. */
  readonly reason?: EndReason
  readonly endedAt?: string

  /** With `denied`: until when. */
  readonly until?: string

  /** With `limit-reached`: sessions that could give way, oldest first. */
  readonly sessions?: readonly WireSession[]
  readonly [detail: string]: unknown
}

/** What a {@link RollcallProblem} is made of. */
export interface ProblemParts {
  readonly status?: number
  readonly detail?: string | undefined
  readonly details?: ProblemDetails
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/**
 * The one error that a client throws, but for a call that its own `AbortSignal` ends: that throws the signal's reason.
 *
 * @example
 * ```ts
 * try {
 *   await client.me.whoami()
 * } catch (error) {
 *   if (isProblem(error, 'session-ended')) return sayWhy(error.details.reason)
 *   throw error
 * }
 * ```
 */
export class RollcallProblem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'RollcallProblem'

  /** Names the failure. Match on this, never on the message. */
  readonly code: Code

  /** The HTTP status; 0 where no answer came. */
  readonly status: number

  /** What went wrong this time and what to do next, in the server's words. */
  readonly detail?: string

  /** Facts that a program may act on. */
  readonly details: ProblemDetails

  /** How long to wait before asking again, in milliseconds, where the server said so. */
  readonly retryAfter?: number

  constructor(code: Code, title: string, parts: ProblemParts = {}) {
    const { status = 0, detail, details = {}, retryAfter, cause } = parts
    super(detail ?? title, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.details = details
    if (detail !== undefined) this.detail = detail
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }
}

/** Tells whether a value is a {@link RollcallProblem}, optionally of one particular code. */
export function isProblem<Code extends ProblemCode = ProblemCode>(
  value: unknown,
  code?: Code,
): value is RollcallProblem<Code> {
  return value instanceof RollcallProblem && (code === undefined || value.code === code)
}
