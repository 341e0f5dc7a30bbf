/**
 * The route for whoever watches the server: what was measured, for Prometheus.
 *
 * @module
 */
import { NoQuery } from '../../protocol/queries.ts'
import type { App } from '../app.ts'
import type { Meter } from '../watching.ts'

/**
 * Adds it: open to this very machine, and else to keys with `sessions:read` for every realm, since it counts all of
 * them together.
 */
export function metricsRoute(app: App, meter: Meter): void {
  app.get(
    '/metrics',
    { config: { access: 'sessions:read', openLocally: true }, schema: { querystring: NoQuery } },
    async (_request, reply) => {
      const { type, text } = await meter.scrape()
      return reply.type(type).send(text)
    },
  )
}
