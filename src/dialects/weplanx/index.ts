/**
 * The sessions of a weplanx backend: who is signed in, sign one out, sign everybody out.
 *
 * `docs/dialects/weplanx.md` tells how it is used.
 *
 * @module
 */
import { MAX_LIMIT } from '../../core/page.ts'
import type { Actor } from '../../core/session.ts'
import { DEFAULT_REALM } from '../../core/user.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer, Call, Dialect, DialectRoute, Exchange } from '../../http/dialects/contract.ts'
import { defineDialect } from '../../http/dialects/speak.ts'
import { toTime } from '../../protocol/moments.ts'
import { deleted, explain, NO_USER_ID, NOTHING_HERE, UNREADABLE } from './answers.ts'
import { gateOf } from './gate.ts'
import { drawKey, pairsUnder } from './pair.ts'

/** What the dialect is made of. */
export interface WeplanxOptions {
  readonly sessions: SessionManager

  /** Whose logins these are; `default` unless told otherwise. */
  readonly realm?: string

  /**
   * Key of the pair of cookies that keeps other sites out, 16 characters or more. Nodes that answer the same browsers
   * share one; without it, a pair holds only where and while this maker's dialect is spoken.
   */
  readonly csrfKey?: string

  /** What `GET /` calls this server; `rollcall` unless told otherwise. */
  readonly name?: string

  /**
   * Lets every signed-in user see who else is, and sign out anybody and everybody, as the origin does. Without it, only
   * users of the role `operator` may.
   */
  readonly unsafeAnyUserMayEndEverything?: boolean
}

/** Makes the dialect. @throws RollcallError `bad-request` for a `csrfKey` that is too short */
export function weplanx(options: WeplanxOptions): Dialect {
  const { sessions, realm = DEFAULT_REALM, name = 'rollcall', csrfKey = drawKey() } = options
  const { unsafeAnyUserMayEndEverything: anyUser = false } = options
  const pairs = pairsUnder(csrfKey)

  /** Ids of all users with a live login, each once. */
  async function signedIn(): Promise<string[]> {
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await sessions.users.list({
        realm,
        holding: 'login',
        limit: MAX_LIMIT,
        ...(cursor !== undefined && { cursor }),
      })
      for (const { id } of page.items) ids.push(id)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return ids
  }

  async function greet({ address }: Exchange): Promise<Answer> {
    const now = toTime(await sessions.now())
    return {
      status: 200,
      headers: { 'set-cookie': await pairs.make() },
      body: JSON.stringify({ ip: address, name, now }),
    }
  }

  async function remove(by: Actor, { params: { uid = '' } }: Call<unknown>): Promise<Answer> {
    if (!USER_ID.test(uid)) return NO_USER_ID
    const { ended, descendants } = await sessions.end({ realm, userId: uid }, { by })
    return deleted(Math.min(1, ended + descendants), ended + descendants)
  }

  async function clear(by: Actor): Promise<Answer> {
    const users = await signedIn()
    const { ended, descendants } = await sessions.end({ realm, everyone: true }, { by })
    return deleted(Math.min(users.length, ended + descendants), ended + descendants)
  }

  return defineDialect<Actor | undefined>({
    name: 'weplanx',
    roots: ['/sessions'],
    exact: ['/'],
    routes: [
      { method: 'GET', path: '/', answer: ({ exchange }) => greet(exchange) },
      guarded('GET', '/sessions', async () => ({
        status: 200,
        body: JSON.stringify((await signedIn()).sort()),
      })),
      guarded('DELETE', '/sessions/:uid', remove),
      guarded('POST', '/sessions/clear', clear),
    ],
    admit: gateOf({ sessions, realm, pairs, anyUser }),
    no: {
      missing: () => NOTHING_HERE,
      method: () => NOTHING_HERE,
      unreadable: (_exchange, why) => UNREADABLE[why],
      failed: (_exchange, fault) => explain(fault),
    },
    finish: (answer) => ({ ...answer, headers: { server: 'hertz', ...answer.headers } }),
  })
}

/** A route that answers only whom the gate has let in. To nobody, it is not there. */
function guarded(
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
  answer: (by: Actor, call: Call<unknown>) => Promise<Answer>,
): DialectRoute<Actor | undefined> {
  return {
    method,
    path,
    answer: async (call) => (call.caller === undefined ? NOTHING_HERE : answer(call.caller, call)),
  }
}

/** An id as MongoDB writes it. */
const USER_ID = /^[a-f\d]{24}$/
