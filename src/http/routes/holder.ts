/**
 * Routes for the holder of a session: who am I, where else am I signed in, sign out there.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import type { Live, SessionManager } from '../../engine/manager.ts'
import { writeCookie } from '../../protocol/cookies.ts'
import { FreshQuery, IdPath, NoQuery, OwnListQuery, ScopeQuery } from '../../protocol/queries.ts'
import { LabelBody } from '../../protocol/requests.ts'
import { toWireSession } from '../../protocol/shapes.ts'
import { type Holder, holderOf, requireLive } from '../access.ts'
import type { App } from '../app.ts'
import { expireCookie } from '../cookies.ts'
import { sendWhoami, WHOAMI } from '../whoami.ts'
import { toEnded, toPage, toPaging } from './answers.ts'

const config = { access: 'holder' } as const

/** Adds them. */
export function holderRoutes(app: App, sessions: SessionManager): void {
  app.get(WHOAMI, { config, schema: { querystring: FreshQuery } }, (request, reply) => {
    reply.hijack()
    sendWhoami(reply.raw, holderOf(request).live)
  })

  app.get('/v1/me/sessions', { config, schema: { querystring: OwnListQuery } }, async (request) => {
    const { session, owner } = whose(holderOf(request))
    if (owner === undefined) return { items: [], nextCursor: null }
    const page = await sessions.list({ ...owner, kind: 'login', ...toPaging(request.query) })
    return toPage(page, (each) => ({ ...toWireSession(each), current: each.id === session.id }))
  })

  app.patch(
    '/v1/me/sessions/:id',
    { config, schema: { params: IdPath, body: LabelBody, querystring: NoQuery } },
    async (request) => {
      const own = await findOwn(sessions, holderOf(request), request.params.id)
      return { session: toWireSession((await sessions.update(own.id, request.body)).session) }
    },
  )

  app.post('/v1/me/refresh', { config, schema: { querystring: NoQuery } }, async (request, reply) => {
    const { token: presented, cookie, byHeader } = holderOf(request)
    const { session, token } = requireLive(await sessions.refresh(presented))
    if (cookie !== undefined) {
      const seconds = (session.expiresAt - (await sessions.now())) / 1_000
      reply.header('set-cookie', writeCookie(cookie, token, seconds))
    }
    return { session: toWireSession(session), ...(byHeader && { token }) }
  })

  app.delete(
    '/v1/me/sessions/:id',
    { config, schema: { params: IdPath, querystring: NoQuery } },
    async (request, reply) => {
      const holder = holderOf(request)
      const { session, by } = whose(holder)
      const own = await findOwn(sessions, holder, request.params.id)
      const current = own.id === session.id
      const ended = await sessions.end(
        { id: own.id, realm: own.realm },
        { reason: current ? 'logout' : 'revoked', by },
      )
      if (current) expireCookie(reply, holder.cookie)
      return toEnded(ended)
    },
  )

  app.delete('/v1/me/sessions', { config, schema: { querystring: ScopeQuery } }, async (request, reply) => {
    const holder = holderOf(request)
    const { session, owner, by } = whose(holder)
    const others = request.query.scope === 'others'
    const selector =
      owner === undefined
        ? { realm: session.realm, ids: others ? [] : [session.id] }
        : { ...owner, ...(others && { except: session.id }) }
    const ended = await sessions.end(selector, { reason: others ? 'revoked' : 'logout', by })
    if (!others) expireCookie(reply, holder.cookie)
    return toEnded(ended)
  })
}

interface Whose {
  readonly session: Live['session']

  /** Absent for a session of nobody in particular, which has no siblings. */
  readonly owner?: { readonly realm: string; readonly userId: string }
  readonly by: { readonly kind: 'user'; readonly id: string }
}

function whose({ live: { session } }: Holder): Whose {
  const { realm, userId, id } = session
  return {
    session,
    ...(userId !== undefined && { owner: { realm, userId } }),
    by: { kind: 'user', id: userId ?? id },
  }
}

/** Finds one of the holder's own logins. Somebody else's and a missing one are the same: not found. */
async function findOwn(sessions: SessionManager, { live }: Holder, id: string): Promise<Session> {
  if (id === 'current') return live.session
  const found = await sessions.get(id)
  const { realm, userId } = live.session
  if (
    found &&
    found.realm === realm &&
    userId !== undefined &&
    found.userId === userId &&
    found.kind === 'login'
  )
    return found
  throw new RollcallError('not-found', 'There is no such session among yours.')
}
