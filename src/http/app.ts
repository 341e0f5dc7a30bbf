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
import type { Patience } from '../live/attendance.ts'
import type { Hub } from '../live/contract.ts'
import { admit } from './admit.ts'
import { type AttemptLimit, countAttempts } from './attempts.ts'
import { acceptJson } from './bodies.ts'
import { shareWith } from './cors.ts'
import { demoRoutes } from './demo/routes.ts'
import { type Mount, mountDialects } from './dialects/mount.ts'
import { eventFeed } from './event-stream.ts'
import { explainFaults } from './explain.ts'
import { lineRoutes } from './live/routes.ts'
import { isForWebSocket, routeUpgrades } from './live/upgrades.ts'
import { refuseOtherMethods } from './methods.ts'
import { describeApi } from './openapi/document.ts'
import { descriptionRoutes } from './openapi/routes.ts'
import { handleFault } from './problems.ts'
import { denialRoutes } from './routes/denials.ts'
import { eventRoutes } from './routes/events.ts'
import { holderRoutes } from './routes/holder.ts'
import { metricsRoute } from './routes/metrics.ts'
import { operatorRoutes } from './routes/operators.ts'
import { serviceRoutes } from './routes/service.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { userRoutes } from './routes/users.ts'
import { type MediaServerCalls, mediaServerRoutes } from './servers/routes.ts'
import type { StreamServing } from './streams/contract.ts'
import { streamRoutes } from './streams/routes.ts'
import { traceRequests } from './tracing.ts'
import { refuseUnreadable } from './unreadable.ts'
import { type HttpTally, type Meter, measure, newTally } from './watching.ts'
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

  /** Exact origins whose pages may read answers, and use the session cookie for changes. */
  readonly allowOrigins?: readonly string[]

  /** Addresses and networks of proxies whose `X-Forwarded-…` headers are believed; nobody's unless told otherwise. */
  readonly trustProxies?: readonly string[]

  /** How many wrong credentials a client may send; as many as it likes unless told otherwise. */
  readonly attemptLimit?: AttemptLimit

  /** Where to count. */
  readonly tally?: HttpTally

  /** Who measures. With one, there is `/metrics`. */
  readonly meter?: Meter

  /** Media servers that may call. */
  readonly mediaServers?: MediaServerCalls

  /** Holds lines open. With one, there is `/v1/live`. Close it before the application, which waits for its lines. */
  readonly hub?: Hub

  /** Streams that are published and played over HTTP, if any are. */
  readonly streams?: StreamServing

  /** How patient those lines are. */
  readonly linePatience?: Patience

  /** Foreign APIs that are spoken beside this one. */
  readonly mounts?: readonly Mount[]

  /** Whether there is `/demo/live`, a page that shows what live sessions are. */
  readonly demo?: boolean

  /** Whether requests run in spans, of whatever provider is registered when they come. */
  readonly traced?: boolean
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
export function createApp(options: AppOptions): App {
  const { sessions, version, hub, allowOrigins = [], trustProxies = [], logger, meter } = options
  const { traced = false } = options
  const tally = options.tally ?? newTally()
  const attempts = countAttempts(options.attemptLimit, tally)
  const feed = eventFeed(sessions)
  meter?.readers(feed.readers)
  const app: App = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: LIMITS.bodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    return503OnClosing: false,
    trustProxy: trustProxies.length > 0 && [...trustProxies],
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: false },
    },
    schemaErrorFormatter: explainFaults,
    serverFactory: (handler) => {
      const limits = { ...LIMITS, shouldUpgradeCallback: isForWebSocket }
      const server = createServer(limits, fastLane(sessions, handler, tally, traced))
      routeUpgrades(server, handler)
      return server
    },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (fault, request, reply) => {
      reply.headers({ ...PRIVATE_HEADERS })
      void answerUnmet(request, reply).then((done) => done || handleFault(fault, request, reply))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorateRequest('caller', null)
  acceptJson(app)
  if (traced) traceRequests(app)
  if (meter) measure(app, meter)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PRIVATE_HEADERS)
    if (shareWith(allowOrigins, request, reply)) return reply.code(204).send()
    if (request.raw.rawHeaders.length > MOST_HEADERS * 2) {
      throw new RollcallError('bad-request', `A request may have ${MOST_HEADERS} headers at most.`)
    }
    if (namesTwoHosts(request.raw.rawHeaders)) {
      throw new RollcallError('bad-request', 'A request names one host, once (RFC 9112 3.2).')
    }
    if (!request.is404) await admit({ sessions, attempts, allowOrigins }, request, reply)
  })
  app.addHook('preClose', async () => feed.close())
  app.setErrorHandler(handleFault)
  const answerUnmet = mountDialects(app, options.mounts ?? [])
  app.setNotFoundHandler(async (request, reply) => {
    if (await answerUnmet(request, reply)) return reply
    throw new RollcallError('not-found', 'There is nothing at this path. The API begins at /v1/.')
  })
  mediaServerRoutes(app, options.mediaServers ?? {}, attempts)
  if (options.streams) streamRoutes(app, { ...options.streams, sessions, attempts, allowOrigins })
  describeApi(app, version)
  app.after(() => refuseOtherMethods(app, addRoutes))
  return app

  function addRoutes(): void {
    serviceRoutes(app, sessions, version, answerUnmet)
    descriptionRoutes(app)
    if (options.demo) demoRoutes(app)
    if (meter) metricsRoute(app, meter)
    holderRoutes(app, sessions)
    sessionRoutes(app, sessions)
    userRoutes(app, sessions)
    denialRoutes(app, sessions)
    eventRoutes(app, sessions, feed)
    if (hub) lineRoutes(app, { sessions, hub, allowOrigins, patience: options.linePatience })
    operatorRoutes(app, sessions)
  }
}

function namesTwoHosts(rawHeaders: readonly string[]): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  return hosts.length > 1
}
