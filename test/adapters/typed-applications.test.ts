import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Type from 'typebox'
import { expressAdapter } from '../../src/adapters/express.ts'
import { fastifyAdapter } from '../../src/adapters/fastify.ts'
import { honoAdapter } from '../../src/adapters/hono.ts'
import { createSessions, memoryStore } from '../../src/index.ts'

test('requireSession leaves the types of an Express route as they are', async () => {
  await using sessions = createSessions({ store: memoryStore() })
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  const { requireSession, problems } = expressAdapter(sessions)
  const router = express.Router()
  router.use('/all', requireSession())
  router.get('/of/:thing', requireSession(), (request, response) => {
    response.json([request.params.thing.toUpperCase(), request.signedIn?.user.id])
  })
  const server = createServer(express().use(router).use(problems))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const headers = { authorization: `Bearer ${token}`, connection: 'close' }
  const response = await fetch(`http://127.0.0.1:${port}/of/things`, { headers })
  server.close()
  assert.deepEqual(await response.json(), ['THINGS', 'ada'])
})

test('a Fastify application with schemas, over HTTP/2, has sessions too', async () => {
  await using sessions = createSessions({ store: memoryStore() })
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  const { requireSession, signedIn, signOut, problems } = fastifyAdapter(sessions)
  const app = fastify({ http2: true }).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(problems)
  app.addHook('onRequest', requireSession())
  const schema = { querystring: Type.Object({ thing: Type.String() }) }
  app.get('/of', { schema, preHandler: [requireSession({ level: 1 })] }, async (request, reply) => {
    await signOut(request, reply)
    return [request.query.thing.toUpperCase(), signedIn(request).user.id]
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const line = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  const ask = async (cookie: string, headers: object = {}): Promise<readonly [unknown, string]> => {
    const stream = line.request({ ':path': '/of?thing=things', cookie, ...headers })
    const status = new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])))
    let body = ''
    for await (const piece of stream.setEncoding('utf8')) body += piece
    return [await status, body]
  }
  try {
    assert.equal((await ask(`__Host-rollcall=${token}`))[0], 401)
    const authentication = { methods: ['pwd'], level: 1 } as const
    const proven = await sessions.issue({ user: { id: 'ada' }, authentication })
    assert.equal((await ask(`__Host-rollcall=${proven.token}`))[0], 403)
    assert.deepEqual(await ask(`__Host-rollcall=${proven.token}`, { 'sec-fetch-site': 'same-origin' }), [
      200,
      '["THINGS","ada"]',
    ])
    assert.equal((await sessions.get(proven.session.id))?.ending?.reason, 'logout')
  } finally {
    line.destroy()
    await app.close()
  }
})

test('a Hono application has sessions without a socket, and its own types beside them', async () => {
  await using sessions = createSessions({ store: memoryStore() })
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  const { requireSession, problems } = honoAdapter(sessions)
  const app = new Hono<{ Bindings: { PLACE: string }; Variables: { mood: string } }>()
  app.onError(problems())
  app.use(async (context, next) => {
    context.set('mood', 'fine')
    await next()
  })
  app.get('/of/:thing', requireSession(), (context) =>
    context.json([
      context.req.param('thing'),
      context.var.signedIn.user.id,
      context.var.mood,
      context.env.PLACE,
    ]),
  )
  app.get('/broken', () => {
    throw new Error('broken by itself')
  })
  const ask = (url: string, cookie: string) => app.request(url, { headers: { cookie } }, { PLACE: 'edge' })
  const near = await ask('http://localhost/of/things', `rollcall=${token}`)
  assert.deepEqual(await near.json(), ['things', 'ada', 'fine', 'edge'])
  assert.equal((await ask('http://app.example.com/of/things', `rollcall=${token}`)).status, 401)
  assert.equal((await ask('https://app.example.com/of/things', `__Host-rollcall=${token}`)).status, 200)
  const broken = await app.request('/broken')
  assert.equal(broken.status, 500)
  assert.equal(((await broken.json()) as { code: string }).code, 'internal')
})
