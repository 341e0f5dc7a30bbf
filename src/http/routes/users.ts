/**
 * Routes about users: their role, their ban, their sessions.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { toTime } from '../../protocol/moments.ts'
import { IdPath, PageQuery, PresenceQuery, RealmQuery, RealmWaitQuery } from '../../protocol/queries.ts'
import { UserBody } from '../../protocol/requests.ts'
import { toFullUser, toWireSession } from '../../protocol/shapes.ts'
import { asActor, keyOf, realmFor } from '../access.ts'
import type { App } from '../app.ts'
import { toEnded, toPage, toPaging, toWaiting } from './answers.ts'

/** Adds them. */
export function userRoutes(app: App, sessions: SessionManager): void {
  const read = { access: 'sessions:read' } as const
  const one = { params: IdPath, querystring: RealmQuery }
  const ending = { params: IdPath, querystring: RealmWaitQuery }

  app.get('/v1/users', { config: read, schema: { querystring: PageQuery } }, async (request) => {
    const realm = realmFor(keyOf(request), request.query.realm)
    return toPage(await sessions.users.list({ realm, ...toPaging(request.query) }), toFullUser)
  })

  app.get('/v1/presence', { config: read, schema: { querystring: PresenceQuery } }, async (request) => {
    const realm = realmFor(keyOf(request), request.query.realm)
    const found = await sessions.presence([request.query.user].flat(), realm)
    return {
      items: found.map(({ lastActiveAt, ...rest }) => ({
        ...rest,
        ...(lastActiveAt !== undefined && { lastActiveAt: toTime(lastActiveAt) }),
      })),
    }
  })

  app.get('/v1/users/:id', { config: read, schema: one }, async (request) => {
    const user = await sessions.users.get(request.params.id, realmFor(keyOf(request), request.query.realm))
    if (user === undefined) throw new RollcallError('not-found', 'There is no such user.')
    return { user: toFullUser(user) }
  })

  app.patch(
    '/v1/users/:id',
    { config: { access: 'users:write' }, schema: { ...ending, body: UserBody } },
    async (request) => {
      const key = keyOf(request)
      const { reason, ...patch } = request.body
      const realm = realmFor(key, request.query.realm)
      const change = { ...patch, ...(reason !== undefined && { banReason: reason }) }
      const { user, ...ended } = await sessions.users.update(request.params.id, change, {
        realm,
        by: asActor(key),
        ...toWaiting(request.query),
      })
      return { user: toFullUser(user), ...toEnded(ended) }
    },
  )

  app.get(
    '/v1/users/:id/sessions',
    { config: read, schema: { params: IdPath, querystring: PageQuery } },
    async (request) => {
      const realm = realmFor(keyOf(request), request.query.realm)
      const page = await sessions.list({ realm, userId: request.params.id, ...toPaging(request.query) })
      return toPage(page, toWireSession)
    },
  )

  app.delete(
    '/v1/users/:id/sessions',
    { config: { access: 'sessions:end' }, schema: ending },
    async (request) => {
      const key = keyOf(request)
      const realm = realmFor(key, request.query.realm)
      const how = { by: asActor(key), ...toWaiting(request.query) }
      return toEnded(await sessions.end({ realm, userId: request.params.id }, how))
    },
  )
}
