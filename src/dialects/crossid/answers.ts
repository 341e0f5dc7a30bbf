/**
 * What crossid answers: a session, nothing, or an error of three fields.
 *
 * @module
 */
import { SESSION_PREFIX } from '../../core/id.ts'
import type { Live } from '../../engine/manager.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { toTime } from '../../protocol/moments.ts'

/** Ways to fail, by status. */
const ERRORS = {
  400: { message: 'Bad Request: Invalid argument (invalid request payload).', status: 'Bad Request' },
  401: { message: 'client is not authenticated.', status: 'Unauthorized' },
  403: { message: 'the request action is forbidden.', status: 'Forbidden' },
  404: { message: 'the requested resource could not be found.', status: 'Not Found' },
  405: { message: 'the request method is not allowed.', status: 'Method Not Allowed' },
  500: { message: 'an internal error has occurred.', status: 'Internal Error' },
} as const

/** Answers with an error. Its `code` is a number: clients made from the schema cannot read any other. */
export function fail(code: keyof typeof ERRORS, headers: Answer['headers'] = {}): Answer {
  return { status: code, headers, body: JSON.stringify({ code, ...ERRORS[code] }) }
}

/** Shows a live login. */
export function toAnswer({ session, user }: Live): Answer {
  const { userId = '' } = session
  const identity = user?.displayName === undefined ? {} : { displayName: user.displayName }
  return {
    status: 200,
    headers: FIELD_VALUE.test(userId) ? { 'x-kratos-authenticated-identity-id': userId } : {},
    body: JSON.stringify({
      active: true,
      authAt: toTime(session.authenticatedAt),
      expiresAt: toTime(session.expiresAt),
      id: session.id.slice(SESSION_PREFIX.length),
      identity,
      identityId: userId,
      issuedAt: toTime(session.issuedAt),
    }),
  }
}

/** Text that a header carries as it is (RFC 9110 5.5): whoever trusts the header must not take one user for another. */
const FIELD_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
