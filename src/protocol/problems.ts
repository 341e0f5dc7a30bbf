/**
 * Failures as RFC 9457 problems, each with a stable `code`.
 *
 * @module
 */
import { FAILURES, type FailureCode, type RollcallError } from '../core/errors.ts'

/** A failure on the wire. `detail` says what to do. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: FailureCode
  readonly detail?: string
  readonly [detail: string]: unknown
}

/** The media type of a problem. */
export const PROBLEM_TYPE = 'application/problem+json'

/** Describes a failure. */
export function toProblem({ code, message, details }: RollcallError): Problem {
  const { status, title } = FAILURES[code]
  return {
    type: `/problems/${code}`,
    title,
    status,
    code,
    ...(message !== title && { detail: message }),
    ...details,
  }
}

/** Headers that go with a problem, beside its type. */
export function headersOf(problem: Problem): Readonly<Record<string, string>> {
  if (problem.status === 401) return { 'www-authenticate': challengeOf(problem) }
  const { status, retryAfter } = problem
  return status === 503 || typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter ?? 1) } : {}
}

/** Says how to do better: with a token (RFC 6750 3), or with a fresher or stronger proof (RFC 9470 3). */
function challengeOf({ code, maxAge, level }: Problem): string {
  if (code !== 'not-fresh') return 'Bearer'
  const wanted = [
    'error="insufficient_user_authentication"',
    ...(level === undefined ? [] : [`acr_values="${level}"`]),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ]
  return `Bearer ${wanted.join(', ')}`
}
