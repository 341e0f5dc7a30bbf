/**
 * Answering with problems, whatever it is that failed.
 *
 * @module
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type FailureCode, isRollcallError, RollcallError } from '../core/errors.ts'
import { headersOf, PROBLEM_TYPE, type Problem, toProblem } from '../protocol/problems.ts'

/** Answers with a failure. */
export function sendProblem(reply: FastifyReply, fault: unknown): FastifyReply {
  const problem = problemOf(fault)
  return reply
    .code(problem.status)
    .headers(headersOf(problem))
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem))
}

/** Handles what a route throws. */
export function handleFault(fault: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problemOf(fault).status >= 500) reportFault(request, fault)
  return sendProblem(reply, fault)
}

/** Tells the log what failed, without what was sent. */
export function reportFault(request: FastifyRequest, fault: unknown): void {
  request.log.error({ fault: describe(fault), code: problemOf(fault).code }, 'request failed')
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
  FST_ERR_BAD_URL: ['bad-request', 'The path is not valid: write "%" as "%25".'],
  FST_ERR_MAX_PARAM_LENGTH: ['path-too-long', 'No name or id in a path is that long.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad-request', 'The body is empty. Send JSON.'],
}

/** Describes a failure. What is not ours to tell is told as `internal`, without a word of its own. */
function problemOf(fault: unknown): Problem {
  return toProblem(toRollcallError(fault))
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
