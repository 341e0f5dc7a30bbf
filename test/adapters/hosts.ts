import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { expressAdapter } from '../../src/adapters/express.ts'
import { fastifyAdapter } from '../../src/adapters/fastify.ts'
import { honoAdapter } from '../../src/adapters/hono.ts'
import type { AdapterOptions, NewSession, Sessions } from '../../src/adapters/shared/options.ts'

/** An application that listens. */
export interface RunningHost {
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts an application with these routes:
 *
 * - `POST /sign-in` hands out the session in its body, beside a cookie `own` of its own
 * - `GET /me`, `POST /me` need a session; `POST /fresh` needs one that is fresh and strong
 * - `GET /maybe` tells who is there, if anybody is
 * - `POST /refresh`, `POST /sign-out`, `GET /sign-out`
 * - `GET /unguarded` asks whose request it is and needs no session; `GET /broken` fails by itself
 */
export type StartHost = (sessions: Sessions, options?: AdapterOptions) => Promise<RunningHost>

const FRESH = { maxAge: '5m', level: 2 } as const

/** Every framework that there is an adapter for. */
export const HOSTS: Readonly<Record<string, StartHost>> = {
  async express(sessions, options) {
    const { requireSession, signedIn, findSession, tokenOf, signIn, refresh, signOut, problems } =
      expressAdapter(sessions, options)
    const app = express().use(express.json())
    app.post('/sign-in', async (request, response) => {
      response.cookie('own', 'yes')
      await signIn(request, response, request.body)
      response.json({})
    })
    app.get('/me', requireSession(), (request, response) => {
      response.json({ ...request.signedIn, token: tokenOf(request)?.slice(0, 4) })
    })
    app.post('/me', requireSession(), (request, response) => {
      response.json(signedIn(request))
    })
    app.post('/fresh', requireSession(FRESH), (request, response) => {
      response.json(signedIn(request))
    })
    app.get('/maybe', async (request, response) => {
      response.json({ id: (await findSession(request))?.user.id ?? null })
    })
    app.post('/refresh', async (request, response) => {
      response.json(await refresh(request, response))
    })
    app.all('/sign-out', async (request, response) => {
      await signOut(request, response)
      response.json({})
    })
    app.get('/unguarded', (request, response) => {
      response.json(signedIn(request))
    })
    app.get('/broken', () => {
      throw new Error('broken by itself')
    })
    app.use(problems)
    app.use((_fault: unknown, _request: express.Request, response: express.Response, _next: unknown) => {
      response.status(500).send('the own way')
    })
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return running(server.address(), () => {
      server.closeAllConnections()
      server.close()
    })
  },

  async fastify(sessions, options) {
    const { requireSession, signedIn, findSession, tokenOf, signIn, refresh, signOut, problems } =
      fastifyAdapter(sessions, options)
    const app = fastify({ forceCloseConnections: true })
    app.setErrorHandler((_fault, _request, reply) => reply.code(500).send('the own way'))
    app.register(async (guarded) => {
      guarded.setErrorHandler(problems)
      guarded.post<{ Body: NewSession }>('/sign-in', async (request, reply) => {
        reply.header('set-cookie', 'own=yes')
        await signIn(request, reply, request.body)
        return {}
      })
      guarded.get('/me', { onRequest: requireSession() }, async (request) => {
        return { ...request.signedIn, token: tokenOf(request)?.slice(0, 4) }
      })
      guarded.post('/me', { onRequest: requireSession() }, async (request) => signedIn(request))
      guarded.post('/fresh', { preHandler: requireSession(FRESH) }, async (request) => signedIn(request))
      guarded.get('/maybe', async (request) => ({ id: (await findSession(request))?.user.id ?? null }))
      guarded.post('/refresh', (request, reply) => refresh(request, reply))
      guarded.route({
        method: ['GET', 'POST'],
        url: '/sign-out',
        handler: async (request, reply) => {
          await signOut(request, reply)
          return {}
        },
      })
      guarded.get('/unguarded', async (request) => signedIn(request))
      guarded.get('/broken', async () => {
        throw new Error('broken by itself')
      })
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return running(app.server.address(), () => app.close())
  },

  async hono(sessions, options) {
    const { requireSession, signedIn, findSession, tokenOf, signIn, refresh, signOut, problems } =
      honoAdapter(sessions, options)
    const app = new Hono()
    app.onError(problems((_fault, context) => context.text('the own way', 500)))
    app.post('/sign-in', async (context) => {
      context.header('set-cookie', 'own=yes')
      await signIn(context, await context.req.json())
      return context.json({})
    })
    app.get('/me', requireSession(), (context) =>
      context.json({ ...context.var.signedIn, token: tokenOf(context)?.slice(0, 4) }),
    )
    app.post('/me', requireSession(), (context) => context.json(signedIn(context)))
    app.post('/fresh', requireSession(FRESH), (context) => context.json(signedIn(context)))
    app.get('/maybe', async (context) => context.json({ id: (await findSession(context))?.user.id ?? null }))
    app.post('/refresh', async (context) => context.json(await refresh(context)))
    app.all('/sign-out', async (context) => {
      await signOut(context)
      return context.json({})
    })
    app.get('/unguarded', (context) => context.json(signedIn(context)))
    app.get('/broken', () => {
      throw new Error('broken by itself')
    })
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    return running(server.address(), () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
    })
  },
}

function running(address: AddressInfo | string | null, close: () => unknown): RunningHost {
  const { port } = address as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: async () => void (await close()) }
}
