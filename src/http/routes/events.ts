/**
 * What happened: as pages, or as a stream of server-sent events.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import { ALL_REALMS } from '../../core/access-key.ts'
import { RollcallError } from '../../core/errors.ts'
import { EVENT_TYPES, type EventFilter, type EventType, isAbout } from '../../core/events.ts'
import { BEGINNING } from '../../core/position.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { EventQuery } from '../../protocol/queries.ts'
import { toWireEvent } from '../../protocol/shapes.ts'
import { keyOf, realmFor } from '../access.ts'
import type { App } from '../app.ts'
import type { EventFeed } from '../event-stream.ts'

/** Adds it. */
export function eventRoutes(app: App, sessions: SessionManager, feed: EventFeed): void {
  app.get(
    '/v1/events',
    { config: { access: 'events:read' }, schema: { querystring: EventQuery } },
    async (request, reply) => {
      const filter = readFilter(request.query, request)
      const last = request.headers['last-event-id'] ?? request.query.after
      const after = typeof last === 'string' && last !== '' ? last : undefined
      if (asksForStream(request) && request.method === 'HEAD')
        return reply.header('content-type', 'text/event-stream; charset=utf-8').send()
      if (asksForStream(request)) {
        const headers = reply.getHeaders() as Record<string, string>
        const keyId = keyOf(request).id
        await feed.open(reply.raw, { filter, keyId, headers, ...(after !== undefined && { after }) })
        return reply.hijack()
      }
      const { limit } = request.query
      const page = await sessions.events(after ?? BEGINNING, limit === undefined ? undefined : Number(limit))
      const items = page.events.filter((event) => isAbout(event, filter)).map(toWireEvent)
      return { items, nextCursor: page.events.length > 0 ? page.position : null }
    },
  )
}

function asksForStream({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/event-stream') === true
}

function readFilter({ type, user, resource, realm }: EventQuery, request: FastifyRequest): EventFilter {
  const key = keyOf(request)
  const own = realm === undefined && key.realm === ALL_REALMS ? undefined : realmFor(key, realm)
  return {
    ...(own !== undefined && { realm: own }),
    ...(type !== undefined && { types: type.split(',').map(readType) }),
    ...(user !== undefined && { userId: user }),
    ...(resource !== undefined && { resource }),
  }
}

function readType(text: string): EventType {
  const type = EVENT_TYPES.find((each) => each === text.trim())
  if (type !== undefined) return type
  throw new RollcallError(
    'bad-request',
    `"${text.slice(0, 40)}" is no type of event. There are ${EVENT_TYPES.join(', ')}.`,
  )
}
