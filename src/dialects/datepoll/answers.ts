/**
 * What DatePoll says, word for word.
 *
 * @module
 */
import type { Answer } from '../../http/dialects/contract.ts'

/** A list of sessions, as items of the wire. */
export function listed(sessions: readonly object[]): Answer {
  return json(200, { msg: 'List of all sessions', sessions })
}

/** A session was ended by its number. */
export const DELETED: Answer = json(200, { msg: 'Successfully deleted session' })

/** A session was ended by its token. */
export const LOGGED_OUT: Answer = json(200, { msg: 'Successfully logged out and deleted session' })

/** A session goes on. */
export function renewed(token: string): Answer {
  return json(202, { msg: 'Session token is good', token })
}

/** There is no session of that number, or it is somebody else's. */
export const NO_SUCH_SESSION: Answer = json(404, {
  msg: 'Session token does not exist!',
  error_code: 'session_token_not_found',
})

/** The token to log out is not one of the caller's. */
export const NOT_YOURS: Answer = json(404, {
  msg: 'Session token is incorrect',
  error_code: 'session_token_incorrect',
})

/** The token to renew stands for no live session. */
export const LOGGED_OUT_BEFORE: Answer = json(400, {
  msg: 'You have been logged out of this session or this session token is incorrect',
  error_code: 'session_token_incorrect',
})

/** Why a request is not let in. */
export type Unauthorized = 'token_not_provided' | 'token_expired' | 'token_incorrect'

const UNAUTHORIZED: Readonly<Record<Unauthorized, string>> = {
  token_not_provided: 'Token not provided.',
  token_expired: 'Provided token is expired.',
  token_incorrect: 'Your token is incorrect!',
}

/** The request is not let in. */
export function unauthorized(why: Unauthorized): Answer {
  return json(401, { msg: UNAUTHORIZED[why], error_code: why })
}

/** Fields that are not as they must be, with what is wrong with each. */
export function invalid(faults: Readonly<Record<string, string>>): Answer {
  return json(422, Object.fromEntries(Object.entries(faults).map(([field, fault]) => [field, [fault]])))
}

/** The server is not what the request takes it for. */
export function refused(status: 400 | 404 | 405 | 413, headers: Answer['headers'] = {}): Answer {
  return { ...json(status, { message: '' }), headers }
}

/** A session was to end, and it is not known whether it did. */
export const NOT_DELETED: Answer = json(500, { msg: 'Could not delete session' })

/** Anything else went wrong. */
export const FAILED: Answer = json(500, { message: 'Server Error' })

function json(status: number, value: object): Answer {
  return { status, body: JSON.stringify(value) }
}
