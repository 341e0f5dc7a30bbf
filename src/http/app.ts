/**
 * The HTTP application: the native API over a session manager.
 *
 * @module
 */
import { createServer } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { RollcallError } from '../core/errors.ts'
import type { SessionManager } from '../engine/manager.ts'
import { admit } from './access.ts'
import { acceptJson } from './bodies.ts'
import { refuseCrossSite } from './cross-site.ts'
import { explainFaults } from './explain.ts'
import { refuseOtherMethods } from './methods.ts'
import { handleFault } from './problems.ts'
import { holderRoutes } from './routes/holder.ts'
import { operatorRoutes } from './routes/operators.ts'
import { serviceRoutes } from './routes/service.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { userRoutes } from './routes/users.ts'
import { fastLane, MOST_HEADERS, PRIVATE_HEADERS } from './whoami.ts'

/** The application, with types that come from its schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What an application is made of. */
export interface AppOptions {
  readonly sessions: SessionManager
  readonly version: string

  /** Exact origins whose pages may use the session cookie for changes. */
  readonly allowOrigins?: readonly string[]
  readonly logger?: FastifyBaseLogger
}

/** How long a client may take, and how much it may send. Times are milliseconds, sizes are bytes. */
export const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 8_192,
  bodyLimit: 65_536,
} as const

/** Makes the application. It does not listen yet. */
export function createApp({ sessions, version, allowOrigins = [], logger }: AppOptions): App {
  const app: App = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: LIMITS.bodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    return503OnClosing: false,
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: false },
    },
    schemaErrorFormatter: explainFaults,
    serverFactory: (handler) => createServer(LIMITS, fastLane(sessions, handler)),
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorateRequest('caller', null)
  acceptJson(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PRIVATE_HEADERS)
    if (request.raw.rawHeaders.length > MOST_HEADERS * 2) {
      throw new RollcallError('bad-request', `A request may have ${MOST_HEADERS} headers at most.`)
    }
    if (request.is404) return
    await admit(sessions, request, request.routeOptions.config.access ?? 'admin')
    refuseCrossSite(request, allowOrigins)
  })
  app.setErrorHandler(handleFault)
  app.setNotFoundHandler(() => {
    throw new RollcallError('not-found', 'There is nothing at this path. The API begins at /v1/.')
  })
  refuseOtherMethods(app, () => {
    serviceRoutes(app, sessions, version)
    holderRoutes(app, sessions)
    sessionRoutes(app, sessions)
    userRoutes(app, sessions)
    operatorRoutes(app, sessions)
  })
  return app
}
