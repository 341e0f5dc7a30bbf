/**
 * express-session over connect-redis, without what a read does not need: no touch, no entity tag. The store knows no
 * users: whoever wants the sessions of one reads those of all.
 */
import { randomBytes } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session, { type SessionData } from 'express-session'
import { createClient } from 'redis'
import { fill, LIFETIME, readTask, SECRET, sayReady, signedBare, type Visit, visitOf } from './task.ts'

declare module 'express-session' {
  interface SessionData {
    visit?: Visit
  }
}

const task = readTask()
const client = createClient({ url: task.database })
await client.connect()
const store = new RedisStore({ client, disableTouch: true, ttl: LIFETIME })

await fill(task, async (number) => {
  const id = randomBytes(24).toString('base64url')
  await store.set(id, {
    cookie: { originalMaxAge: LIFETIME * 1_000, expires: new Date(Date.now() + LIFETIME * 1_000) },
    visit: visitOf(task, number),
  })
  return `connect.sid=${encodeURIComponent(`s:${signedBare(id)}`)}`
})

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.use(session({ store, secret: SECRET, resave: false, saveUninitialized: false }))

app.get('/whoami', ({ session: { id, visit } }, response) => {
  if (visit) response.json({ session: { id, ...visit } })
  else response.status(401).json(null)
})

app.post('/end-others', async ({ session: { id, visit } }, response) => {
  const everyone: readonly (SessionData & { readonly id: string })[] = await store.all()
  const others = everyone.filter((each) => each.visit?.user.id === visit?.user.id && each.id !== id)
  await Promise.all(others.map((each) => store.destroy(each.id)))
  response.json({ ended: others.length })
})

app.listen(task.port, '127.0.0.1', sayReady)
