/**
 * The routes of cumulonimbus: the holder's six, and the five of staff.
 *
 * @module
 */
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer, Call, DialectRoute, Exchange } from '../../http/dialects/contract.ts'
import { ok, refuse } from './answers.ts'
import { readNamed, toStamp } from './bodies.ts'
import type { Holder } from './caller.ts'
import { type Logins, loginsOf, toView } from './logins.ts'
import { readQuery, readWindow } from './query.ts'

/** A call that may go on: whose logins it is about, and who asks. */
interface Task {
  readonly logins: Logins
  readonly caller: Holder
  readonly exchange: Exchange

  /** The name of a session, as it was sent. */
  readonly sid: string
}

type Route = DialectRoute<Holder | undefined>
type Answerer = (call: Call<Holder | undefined>) => Promise<Answer>

/** Makes the routes over the logins of a realm. */
export function routesOf(sessions: SessionManager, realm: string): readonly Route[] {
  const own =
    (answer: (task: Task) => Promise<Answer>): Answerer =>
    async ({ exchange, params: { sid = '' }, caller }) =>
      caller === undefined
        ? refuse('invalidSession')
        : answer({ logins: loginsOf(sessions, realm, caller.userId), caller, exchange, sid })

  const staff =
    (answer: (task: Task) => Promise<Answer>): Answerer =>
    async ({ exchange, params: { id = '', sid = '' }, caller }) => {
      if (!/^[0-9]+$/.test(id)) return refuse('invalidEndpoint')
      if (caller === undefined) return refuse('invalidSession')
      if (!caller.isStaff) return refuse('permissions')
      if ((await sessions.users.get(id, realm)) === undefined) return refuse('invalidUser')
      return answer({ logins: loginsOf(sessions, realm, id), caller, exchange, sid })
    }

  return [
    { method: 'GET', path: '/api/user/session', answer: own(showOwn) },
    { method: 'GET', path: '/api/user/session/:sid', answer: own(show) },
    { method: 'GET', path: '/api/user/sessions', answer: own(list) },
    { method: 'DELETE', path: '/api/user/session/:sid', answer: own(endOwn) },
    { method: 'DELETE', path: '/api/user/sessions', answer: own(endNamed) },
    { method: 'DELETE', path: '/api/user/sessions/all', answer: own(endAllOwn) },
    { method: 'GET', path: '/api/user/:id/sessions', answer: staff(list) },
    { method: 'GET', path: '/api/user/:id/session/:sid', answer: staff(show) },
    { method: 'DELETE', path: '/api/user/:id/session/:sid', answer: staff(endOne) },
    { method: 'DELETE', path: '/api/user/:id/sessions', answer: staff(endNamed) },
    { method: 'DELETE', path: '/api/user/:id/sessions/all', answer: staff(endAll) },
  ]
}

async function showOwn({ caller }: Task): Promise<Answer> {
  return ok(toView(caller.session))
}

async function list({ logins, exchange }: Task): Promise<Answer> {
  const { items, count, nextCursor } = await logins.page(readWindow(exchange.query))
  const answer = ok({ count, items: items.map(toView) })
  return nextCursor === undefined ? answer : { ...answer, headers: { 'x-next-cursor': nextCursor } }
}

async function show({ logins, sid }: Task): Promise<Answer> {
  const stamp = toStamp(sid)
  const session = stamp === undefined ? undefined : await logins.find(stamp)
  return session === undefined ? refuse('sessionNotFound') : ok(toView(session))
}

/** Of several who end the same one, a single one succeeds. */
async function endOne({ logins, caller, sid }: Task): Promise<Answer> {
  const stamp = toStamp(sid)
  const session = stamp === undefined ? undefined : await logins.find(stamp)
  const ended = session !== undefined && (await logins.end(session, caller.session))
  return ended ? ok(toView(session)) : refuse('nothingToDelete')
}

async function endOwn(task: Task): Promise<Answer> {
  const answer = await endOne(task)
  return answer.status === 200 ? ok({ code: 'GENERIC_SUCCESS', message: 'Session Deleted' }) : answer
}

async function endNamed({ logins, caller, exchange }: Task): Promise<Answer> {
  const named = await readNamed(exchange)
  if (named.ok) return deleted(await logins.endNamed(named.stamps, caller.session))
  return refuse(named.refusal, named.refusal === 'missingFields' ? { fields: ['sessions'] } : {})
}

async function endAll({ logins, caller }: Task): Promise<Answer> {
  return deleted(await logins.endAll(caller.session, 'all'))
}

/** Anything but a no keeps the caller's own. */
async function endAllOwn({ logins, caller, exchange }: Task): Promise<Answer> {
  const butSelf = readQuery(exchange.query).get('allButSelf')
  return deleted(await logins.endAll(caller.session, butSelf ? 'all-but-self' : 'all'))
}

function deleted(count: number): Answer {
  return ok({ count, type: 'session' })
}
