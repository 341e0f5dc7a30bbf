/**
 * What an application says where something was refused or failed.
 *
 * @module
 */
import { isProblem, type RollcallProblem } from '../../client/problem.ts'
import { FAILURES, type FailureCode, isRollcallError, RollcallError } from '../../core/errors.ts'
import { headersOf, PROBLEM_TYPE, toProblem } from '../../protocol/problems.ts'

/** An answer, ready to be sent. */
export interface FailureAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Writes a failure as a problem (RFC 9457). What is not the presenter's to know is told as `internal`. */
export function answerOf(failure: RollcallError): FailureAnswer {
  const problem = toProblem(failure.code === 'internal' ? new RollcallError('internal') : failure)
  return {
    status: problem.status,
    headers: { ...headersOf(problem), 'cache-control': 'no-store', 'content-type': PROBLEM_TYPE },
    body: JSON.stringify(problem),
  }
}

/** A failure of Rollcall in the words of core; undefined where something else failed. */
export function failureOf(fault: unknown): RollcallError | undefined {
  if (isRollcallError(fault)) return fault
  return isProblem(fault) ? fromProblem(fault) : undefined
}

/** The same where sessions were asked: whatever else failed, nobody can be told apart. */
export function askingFailureOf(fault: unknown): RollcallError {
  return failureOf(fault) ?? unknowing(fault)
}

/**
 * What a server refused is refused here too, but for what it had against this application. That no answer came, or none
 * of use, is `store-unavailable`.
 */
function fromProblem(problem: RollcallProblem): RollcallError {
  const { code, status, detail, details } = problem
  if (status === 429 || status >= 500 || !isFailureCode(code)) return unknowing(problem)
  if (OWN_FAULTS.has(code)) return new RollcallError('internal', problem.message, {}, problem)
  return new RollcallError(code, detail, details, problem)
}

function unknowing(cause: unknown): RollcallError {
  return new RollcallError(
    'store-unavailable',
    'It cannot be told just now whose session this is. Try again soon.',
    {},
    cause,
  )
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code)
}

/** What a server refuses because this application asked wrongly, or with a key that is none. */
const OWN_FAULTS: ReadonlySet<FailureCode> = new Set([
  'bad-request',
  'no-credentials',
  'forbidden',
  'method-not-allowed',
  'unsupported-media-type',
])
