/**
 * Failures as RFC 9457 problems, each with a stable `code`.
 *
 * @module
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { FAILURES, type FailureCode, isRollcallError, RollcallError } from '../core/errors.ts'

/** A failure on the wire. `detail` says what to do. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: FailureCode
  readonly detail?: string
  readonly [detail: string]: unknown
}

const MEDIA_TYPE = 'application/problem+json'

/** Headers that go with a status. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '1' },
}

/** Describes a failure. What is not ours to tell is told as `internal`, without a word of its own. */
export function toProblem(fault: unknown): Problem {
  const { code, message, details } = toRollcallError(fault)
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

/** Answers with a failure. */
export function sendProblem(reply: FastifyReply, fault: unknown): FastifyReply {
  const problem = toProblem(fault)
  return reply
    .code(problem.status)
    .headers(HEADERS[problem.status] ?? {})
    .type(MEDIA_TYPE)
    .send(JSON.stringify(problem))
}

/** Handles what a route throws. */
export function handleFault(fault: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(fault)
  if (problem.status >= 500)
    request.log.error({ fault: describe(fault), code: problem.code }, 'request failed')
  return sendProblem(reply, fault)
}

/** What the framework itself refuses, in our words. */
const FRAMEWORK: Readonly<Record<string, readonly [FailureCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'Send the body as JSON, with Content-Type: application/json.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The body may be 64 KiB at most.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'bad-request',
    'The body is not valid JSON, or has a field that JSON bodies may not have here.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad-request', 'The body is empty. Send JSON.'],
}

function toRollcallError(fault: unknown): RollcallError {
  if (isRollcallError(fault)) {
    return fault.code === 'internal' ? new RollcallError('internal') : fault
  }
  const { code = '', statusCode } = (fault ?? {}) as Partial<FastifyError>
  const [known, sentence] = FRAMEWORK[code] ?? []
  if (known !== undefined) return new RollcallError(known, sentence)
  if (fault instanceof SyntaxError || statusCode === 400) {
    return new RollcallError('bad-request', 'The request is not well-formed. A body must be valid JSON.')
  }
  return new RollcallError('internal')
}

function describe(fault: unknown): { readonly name: string; readonly message: string } {
  return fault instanceof Error
    ? { name: fault.name, message: fault.message }
    : { name: 'unknown', message: '' }
}
