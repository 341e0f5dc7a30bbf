/**
 * What cumulonimbus says, and its ways to say no.
 *
 * @module
 */
import type { Answer } from '../../http/dialects/contract.ts'

/** The name of a refusal. */
export type RefusalName =
  | 'invalidSession'
  | 'permissions'
  | 'banned'
  | 'invalidUser'
  | 'sessionNotFound'
  | 'nothingToDelete'
  | 'invalidEndpoint'
  | 'missingFields'
  | 'malformedJson'
  | 'malformedForm'
  | 'invalidCursor'
  | 'bodyTooLarge'
  | 'tooManyHeaders'
  | 'rateLimited'
  | 'internal'

/** Every refusal, in the words of the origin's server. Clients go by the code. */
const REFUSALS: Readonly<Record<RefusalName, readonly [status: number, code: string, message: string]>> = {
  invalidSession: [401, 'INVALID_SESSION_ERROR', 'Invalid Session'],
  permissions: [403, 'INSUFFICIENT_PERMISSIONS_ERROR', 'Missing Permissions'],
  banned: [403, 'BANNED_ERROR', 'Banned'],
  invalidUser: [404, 'INVALID_USER_ERROR', 'Invalid User'],
  sessionNotFound: [404, 'SESSION_NOT_FOUND_ERROR', 'Session Not Found'],
  nothingToDelete: [404, 'INVALID_SESSION_ERROR', 'Invalid Session'],
  invalidEndpoint: [404, 'INVALID_ENDPOINT_ERROR', 'Invalid Endpoint'],
  missingFields: [400, 'MISSING_FIELDS_ERROR', 'Missing Fields'],
  malformedJson: [400, 'GENERIC_ERROR', 'Malformed JSON'],
  malformedForm: [400, 'GENERIC_ERROR', 'Malformed Form'],
  invalidCursor: [400, 'GENERIC_ERROR', 'Invalid Cursor'],
  bodyTooLarge: [413, 'BODY_TOO_LARGE_ERROR', 'Body Too Large'],
  tooManyHeaders: [431, 'GENERIC_ERROR', 'Too Many Headers'],
  rateLimited: [429, 'RATELIMITED_ERROR', 'You Have Been Ratelimited. Please Try Again Later.'],
  internal: [500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error'],
}

/** Answers 200 with what there is. */
export function ok(body: object): Answer {
  return { status: 200, body: JSON.stringify(body) }
}

/** Refuses; `more` is said beside code and message. */
export function refuse(name: RefusalName, more: object = {}): Answer {
  const [status, code, message] = REFUSALS[name]
  return { status, body: JSON.stringify({ code, message, ...more }) }
}
