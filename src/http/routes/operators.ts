/**
 * Routes for operators: access keys, nodes, an overview.
 *
 * @module
 */

import { coversRealm } from '../../core/access-key.ts'
import { SESSION_KINDS } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { toTime } from '../../protocol/moments.ts'
import { IdPath, NoQuery, RealmQuery } from '../../protocol/queries.ts'
import { KeyBody } from '../../protocol/requests.ts'
import { toWireKey, toWireNode } from '../../protocol/shapes.ts'
import { asActor, keyOf, realmFor } from '../access.ts'
import type { App } from '../app.ts'

/** Adds them. */
export function operatorRoutes(app: App, sessions: SessionManager): void {
  const admin = { access: 'admin' } as const

  app.get('/v1/keys', { config: admin, schema: { querystring: NoQuery } }, async (request) => {
    const caller = keyOf(request)
    const keys = (await sessions.keys.list()).filter(({ realm }) => coversRealm(caller, realm))
    return { items: keys.map(toWireKey), nextCursor: null }
  })

  app.post(
    '/v1/keys',
    { config: admin, schema: { body: KeyBody, querystring: NoQuery } },
    async (request, reply) => {
      const caller = keyOf(request)
      const realm = request.body.realm === undefined ? caller.realm : realmFor(caller, request.body.realm)
      const { key, secret } = await sessions.keys.create({ ...request.body, realm, by: asActor(caller) })
      return reply.code(201).send({ key: toWireKey(key), secret })
    },
  )

  app.delete(
    '/v1/keys/:id',
    { config: admin, schema: { params: IdPath, querystring: NoQuery } },
    async (request) => {
      const caller = keyOf(request)
      const known = (await sessions.keys.list()).find(({ id }) => id === request.params.id)
      const id = known && coversRealm(caller, known.realm) ? known.id : ''
      return { key: toWireKey(await sessions.keys.withdraw(id, asActor(caller))) }
    },
  )

  app.get(
    '/v1/nodes',
    { config: { access: 'sessions:read', everyRealm: true }, schema: { querystring: NoQuery } },
    async () => {
      const { nodes, at } = await sessions.nodes.list()
      return { items: nodes.map((node) => toWireNode(node, at, sessions.nodes.own.id)), at: toTime(at) }
    },
  )

  app.get(
    '/v1/overview',
    { config: { access: 'sessions:read' }, schema: { querystring: RealmQuery } },
    async (request) => {
      const realm = realmFor(keyOf(request), request.query.realm)
      const counts = await Promise.all(SESSION_KINDS.map((kind) => sessions.count({ realm, kind })))
      return { realm, live: Object.fromEntries(SESSION_KINDS.map((kind, index) => [kind, counts[index]])) }
    },
  )
}
