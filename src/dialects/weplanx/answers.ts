/**
 * Everything that this API says.
 *
 * @module
 */
import { FAILURES, isRollcallError } from '../../core/errors.ts'
import type { Answer, Unreadable } from '../../http/dialects/contract.ts'

/** No cookie was sent. */
export const SIGN_IN: Answer = say(401, 'authentication has expired, please log in again')

/** The cookie stands for no live login. Says in Chinese: authentication has expired, please sign in again. */
export const SIGN_IN_AGAIN: Answer = say(401, '认证过期，请重新登录')

/** No header echoes the pair of cookies. */
export const NO_ECHO: Answer = say(400, 'CSRF missing csrf token in header')

/** The header echoes another pair, or one that was not made here. */
export const WRONG_ECHO: Answer = say(400, 'CSRF invalid token')

/** The caller is no operator. */
export const NO_OPERATOR: Answer = say(403, 'permission denied')

/** What was sent for a user's id can be none. */
export const NO_USER_ID: Answer = {
  status: 400,
  body: JSON.stringify({
    code: 'system.validation',
    message: [{ namespace: 'RemoveDto.Uid', field: 'Uid', tag: 'mongodb' }],
  }),
}

/** There is nothing at this path, or not by this method; in the words of the origin's framework. */
export const NOTHING_HERE: Answer = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: '404 page not found',
}

/** A request that could not be read. */
export const UNREADABLE: Readonly<Record<Unreadable, Answer>> = {
  'too-large': refuse(413, 'system.too-large', 'request body is too large'),
  'too-many-headers': refuse(400, 'system.too-many-headers', 'request has too many headers'),
}

/** Says so many users were signed out, and in a header of how many sessions. */
export function deleted(users: number, sessions: number): Answer {
  return {
    status: 200,
    headers: { 'x-sessions-ended': String(sessions) },
    body: JSON.stringify({ DeletedCount: users }),
  }
}

/** What the engine refuses is told, as the origin tells its business errors; what fails is told to nobody. */
export function explain(fault: unknown): Answer {
  return isRollcallError(fault) && FAILURES[fault.code].status < 500
    ? refuse(400, fault.code, fault.message)
    : { status: 500 }
}

function say(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ code: 0, message }) }
}

function refuse(status: number, code: string, msg: string): Answer {
  return { status, body: JSON.stringify({ code, msg }) }
}
