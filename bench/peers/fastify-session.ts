/** @fastify/session over the same Redis store as express-session, writing only what has changed. */
import { randomBytes } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { RedisStore } from 'connect-redis'
import fastify, { type Session } from 'fastify'
import { createClient } from 'redis'
import { fill, LIFETIME, readTask, SECRET, sayReady, signedBare, type Visit, visitOf } from './task.ts'

declare module 'fastify' {
  interface Session {
    visit?: Visit
  }
}

const task = readTask()
const client = createClient({ url: task.database })
await client.connect()
const store = new RedisStore({ client, disableTouch: true, ttl: LIFETIME })
const maxAge = LIFETIME * 1_000

await fill(task, async (number) => {
  const id = randomBytes(24).toString('base64url')
  const session: Session = {
    cookie: { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge), path: '/', secure: false },
    visit: visitOf(task, number),
  }
  await store.set(id, session)
  return `sessionId=${encodeURIComponent(signedBare(id))}`
})

const app = fastify()
await app.register(fastifyCookie)
await app.register(fastifySession, {
  secret: SECRET,
  store,
  saveUninitialized: false,
  rolling: false,
  cookie: { secure: false, maxAge },
})
app.get('/whoami', ({ session: { sessionId, visit } }, reply) => {
  if (visit) return reply.send({ session: { id: sessionId, ...visit } })
  return reply.code(401).send(null)
})
await app.listen({ port: task.port, host: '127.0.0.1' })
sayReady()
