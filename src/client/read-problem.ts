/**
 * Reading what went wrong from an answer, or from the lack of one.
 *
 * @module
 */
import { type ProblemCode, RollcallProblem } from './problem.ts'

/** Reads a refusal. One that is not Rollcall's, such as a proxy's page, becomes `unexpected-answer`. */
export function readProblem({ status, headers }: Response, text: string): RollcallProblem {
  const retryAfter = readRetryAfter(headers.get('retry-after'))
  const { code, title, detail, type: _type, status: _status, ...details } = readObject(text) ?? {}
  if (typeof code === 'string' && typeof title === 'string')
    return new RollcallProblem(code as ProblemCode, title, {
      status,
      details,
      retryAfter,
      detail: typeof detail === 'string' ? detail : undefined,
    })
  return new RollcallProblem(
    'unexpected-answer',
    `The answer has the status ${status} and is not Rollcall's. Check the URL, and what stands between.`,
    { status, retryAfter },
  )
}

/** Reads an answer. @throws RollcallProblem `unexpected-answer` for anything but a JSON object */
export function readAnswer({ status }: Response, text: string): object {
  const answer = readObject(text)
  if (answer !== undefined) return answer
  throw new RollcallProblem(
    'unexpected-answer',
    "The answer is not JSON, so it is not Rollcall's. Check the URL, and what stands between.",
    { status },
  )
}

/** Says that no answer came, and why. */
export function unreachable(cause: unknown): RollcallProblem<'unreachable'> {
  return new RollcallProblem(
    'unreachable',
    'The server cannot be reached. Check that it runs, and that the URL is right.',
    { cause },
  )
}

/** Says that no answer came in time. */
export function tooLate(milliseconds: number): RollcallProblem<'timeout'> {
  return new RollcallProblem('timeout', `No answer came within ${milliseconds} ms.`)
}

/** Reads how long to wait: seconds, or a date (RFC 9110 10.2.3). */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const milliseconds = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds)
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
