/**
 * Sessions in a Fastify application that asks a Rollcall server, as each of many nodes would.
 *
 * Start `rollcall serve`, then this with `ROLLCALL_KEY=… node server.ts`; it listens on http://localhost:3000.
 */
import fastify from 'fastify'
import { fastifyAdapter } from 'rollcall/adapters/fastify'
import { createClient } from 'rollcall/client'

const { PORT = '3000', ROLLCALL_URL = 'http://127.0.0.1:4780', ROLLCALL_KEY } = process.env

const client = createClient({ url: ROLLCALL_URL, key: ROLLCALL_KEY, timeout: 2_000 })
const { requireSession, signedIn, deviceOf, signIn, refresh, signOut, problems } = fastifyAdapter(client)

const app = fastify()
app.setErrorHandler(problems)

app.post<{ Body: { name: string; password: string } }>('/sign-in', async (request, reply) => {
  const { name, password } = request.body
  if (!isTheirs(name, password)) return reply.code(403).send({ error: 'Name or password is wrong.' })
  const issued = await client.issue({
    user: { id: name },
    device: deviceOf(request),
    authentication: { methods: ['pwd'], level: 1 },
  })
  await signIn(request, reply, issued)
  return reply.code(201).send({ id: issued.session.id })
})

app.get('/me', { onRequest: requireSession() }, async (request) => signedIn(request))

/** Where am I signed in? */
app.get('/sessions', { onRequest: requireSession() }, async (request) => {
  const { session, user } = signedIn(request)
  const { items } = await client.sessions.list({ user: user.id, kind: 'login', status: 'live' }).page()
  return items.map((each) => ({ ...each, current: each.id === session.id }))
})

/** Sign out everywhere else. */
app.delete('/sessions/others', { onRequest: requireSession() }, async (request) => {
  const { session, user } = signedIn(request)
  const { ended } = await client.sessions.endMany({ user: user.id, except: session.id })
  return { ended }
})

/** A second factor. A stronger session takes a new token, so whoever had the old one has nothing. */
app.post<{ Body: { code: string } }>(
  '/second-factor',
  { onRequest: requireSession() },
  async (request, reply) => {
    if (request.body.code !== '123456') return reply.code(403).send({ error: 'The code is wrong.' })
    const { session } = signedIn(request)
    const authentication = { methods: ['pwd', 'otp'], level: 2 } as const
    const { session: stronger, token } = await client.sessions.update(session.id, { authentication })
    if (token !== undefined) await signIn(request, reply, { session: stronger, token })
    return { level: 2 }
  },
)

/** Needs two factors that were given within the last five minutes. */
app.post('/payments', { onRequest: requireSession({ maxAge: '5m', level: 2 }) }, async (_request, reply) =>
  reply.code(201).send({ paid: true }),
)

app.post('/refresh', (request, reply) => refresh(request, reply))

app.post('/sign-out', async (request, reply) => {
  await signOut(request, reply)
  return reply.code(204).send()
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
process.once('SIGTERM', () => app.close())

/** Stands for however you know your people. */
function isTheirs(name: unknown, password: unknown): boolean {
  return name === 'ada' && password === 'lovelace'
}
