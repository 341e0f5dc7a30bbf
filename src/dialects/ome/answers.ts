/**
 * The two styles in which this API answers: its own envelope, and errors that were thrown.
 *
 * JSON is compact and its keys are in alphabetical order.
 *
 * @module
 */
import type { Answer } from '../../http/dialects/contract.ts'

/** Every status in use, and its reason phrase. */
const PHRASES: Readonly<Record<number, string>> = { 200: 'OK', 404: 'Not Found' }

/** An answer in the envelope: the reason phrase as its message, details as its response, where there are any. */
export function say(
  status: 200 | 404,
  response?: unknown,
  headers: NonNullable<Answer['headers']> = {},
): Answer {
  return { status, headers, body: JSON.stringify({ message: PHRASES[status], response, statusCode: status }) }
}

/** An error in the style of one that was thrown: what went wrong as its message, decorated, and no response. */
export function refuse(status: number, text: string, headers: NonNullable<Answer['headers']> = {}): Answer {
  return {
    status,
    headers,
    body: JSON.stringify({ message: `[HTTP] ${text} (${status})`, statusCode: status }),
  }
}

/** There is no such session. */
export const NO_SESSION: Answer = say(404, 'Could not find the session')

/** There is nothing at this path, or not by this method. */
export const NO_CONTROLLER: Answer = refuse(404, 'Controller not found')
