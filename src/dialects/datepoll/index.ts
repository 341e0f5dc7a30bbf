/**
 * DatePoll's sessions: where am I signed in, sign out there, sign out here, stay signed in.
 *
 * `docs/dialects/datepoll.md` tells how it is used.
 *
 * @module
 */
import { isRollcallError } from '../../core/errors.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import { everySession, firstSession } from '../../engine/every-session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer, Call, Dialect, DialectRoute } from '../../http/dialects/contract.ts'
import { defineDialect } from '../../http/dialects/speak.ts'
import {
  DELETED,
  FAILED,
  LOGGED_OUT,
  LOGGED_OUT_BEFORE,
  listed,
  NO_SUCH_SESSION,
  NOT_DELETED,
  NOT_YOURS,
  refused,
  renewed,
  unauthorized,
} from './answers.ts'
import { readLogout, readRenewal } from './fields.ts'
import { findHolder, type Holder, holderIn } from './holder.ts'
import { toItem } from './information.ts'

/** What the dialect is made of. */
export interface DatepollOptions {
  readonly sessions: SessionManager

  /** Whose logins these are; `default` unless told otherwise. */
  readonly realm?: string
}

const LIST = '/api/v1/user/myself/session'
const LOGOUT = `${LIST}/logoutCurrentSession`

/** Makes the dialect. */
export function datepoll({ sessions, realm = DEFAULT_REALM }: DatepollOptions): Dialect {
  const routes: readonly DialectRoute<undefined>[] = [
    { method: 'GET', path: LIST, answer: held(list) },
    { method: 'POST', path: LOGOUT, answer: held(logOut) },
    { method: 'DELETE', path: `${LIST}/:id`, answer: held(remove) },
    { method: 'POST', path: '/api/auth/IamLoggedIn', answer: renew },
  ]

  return defineDialect({
    name: 'datepoll',
    roots: ['/api/v1/user', '/api/auth'],
    exact: ['/api'],
    routes,
    admit: async () => ({ ok: true, caller: undefined }),
    no: {
      missing: () => refused(404),
      method: (_exchange, allowed) => refused(405, { allow: allowed.join(', ') }),
      unreadable: (_exchange, why) => refused(why === 'too-large' ? 413 : 400),
      failed: ({ method, path }) => (method === 'DELETE' || path === LOGOUT ? NOT_DELETED : FAILED),
    },
    finish: (answer) => ({ ...answer, headers: { ...PRIVATE, ...answer.headers } }),
  })

  /** Lets only holders of a live login through. What is at no path of the origin is missing for everybody. */
  function held(
    answer: (holder: Holder, call: Call<undefined>) => Promise<Answer>,
  ): DialectRoute<undefined>['answer'] {
    return async (call) => {
      const holder = await findHolder(call.exchange, sessions, realm)
      return typeof holder === 'string' ? unauthorized(holder) : answer(holder, call)
    }
  }

  async function list({ session: current, userId }: Holder, { exchange }: Call<undefined>): Promise<Answer> {
    const path = exchange.prefix + LIST
    const own = []
    const now = await sessions.now()
    for await (const session of everySession(sessions, { realm, userId, kind: 'login' }))
      own.push(session.id === current.id ? { ...session, lastActiveAt: now } : session)
    own.sort((one, other) => one.lastActiveAt - other.lastActiveAt || one.serial - other.serial)
    return listed(own.map((session) => toItem(session, path, session.id === current.id)))
  }

  async function remove(holder: Holder, { params: { id = '' } }: Call<undefined>): Promise<Answer> {
    if (!NUMBER.test(id)) return NO_SUCH_SESSION
    const { userId } = holder
    const found = await firstSession(sessions, { realm, userId, kind: 'login', serial: Number(id) })
    return found && (await end(found.id, holder)) ? DELETED : NO_SUCH_SESSION
  }

  async function logOut(holder: Holder, { exchange }: Call<undefined>): Promise<Answer> {
    const sent = readLogout(exchange)
    if (!sent.ok) return sent.answer
    const meant = holderIn(await sessions.verify(sent.value, { active: false, realm }), realm)
    if (meant?.userId !== holder.userId) return NOT_YOURS
    return (await end(meant.session.id, holder)) ? LOGGED_OUT : NOT_YOURS
  }

  /** Tells whether it was this call that ended the session. */
  async function end(id: string, { session, userId }: Holder): Promise<boolean> {
    const reason = id === session.id ? 'logout' : 'revoked'
    const { ended } = await sessions.end({ realm, id }, { reason, by: { kind: 'user', id: userId } })
    return ended === 1
  }

  async function renew({ exchange }: Call<undefined>): Promise<Answer> {
    const sent = readRenewal(exchange)
    if (!sent.ok) return sent.answer
    const { token, information } = sent.value
    const holder = holderIn(await sessions.verify(token, { active: 'written', realm }), realm)
    if (holder === undefined) return LOGGED_OUT_BEFORE
    const { id, device } = holder.session
    const named = information === undefined || information === device.label || (await rename(id, information))
    return named ? renewed(token) : LOGGED_OUT_BEFORE
  }

  /** Tells whether the session was still there to be named. */
  async function rename(id: string, label: string): Promise<boolean> {
    try {
      await sessions.update(id, { label })
      return true
    } catch (fault) {
      if (isRollcallError(fault, 'not-found')) return false
      throw fault
    }
  }
}

/** A number that a session can have, in the one way to write it. */
const NUMBER = /^[1-9]\d{0,14}$/

/** A token may stand in the address of a request: nobody is to keep that, or to hand it on. */
const PRIVATE: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
}
