/**
 * Routes about who and what is kept out.
 *
 * @module
 */
import type { SessionManager } from '../../engine/manager.ts'
import { IdPath, PageQuery, RealmQuery } from '../../protocol/queries.ts'
import { toWireDenial } from '../../protocol/shapes.ts'
import { asActor, keyOf, realmFor } from '../access.ts'
import type { App } from '../app.ts'
import { toPage, toPaging } from './answers.ts'

/** Adds them. */
export function denialRoutes(app: App, sessions: SessionManager): void {
  app.get(
    '/v1/denials',
    { config: { access: 'sessions:read' }, schema: { querystring: PageQuery } },
    async (request) => {
      const realm = realmFor(keyOf(request), request.query.realm)
      return toPage(await sessions.denials.list({ realm, ...toPaging(request.query) }), toWireDenial)
    },
  )

  app.delete(
    '/v1/denials/:id',
    { config: { access: 'sessions:end' }, schema: { params: IdPath, querystring: RealmQuery } },
    async (request) => {
      const key = keyOf(request)
      const realm = realmFor(key, request.query.realm)
      const denial = await sessions.denials.lift(request.params.id, { realm, by: asActor(key) })
      return { denial: toWireDenial(denial) }
    },
  )
}
