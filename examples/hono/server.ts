/**
 * Sessions in a Hono application, with the engine in the same process. They are gone when it ends: this is for tools
 * and tests; `examples/express` keeps them in a file.
 *
 * Start it with `node server.ts`; it listens on http://localhost:3000.
 */
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { createSessions, memoryStore } from 'rollcall'
import { honoAdapter } from 'rollcall/adapters/hono'

const { PORT = '3000' } = process.env

const sessions = createSessions({ store: memoryStore() })
const { requireSession, signedIn, deviceOf, signIn, refresh, signOut, problems } = honoAdapter(sessions, {
  address: (context) => getConnInfo(context).remote.address,
})

const app = new Hono()
app.onError(problems())

app.post('/sign-in', async (context) => {
  const { name, password } = await context.req.json()
  if (!isTheirs(name, password)) return context.json({ error: 'Name or password is wrong.' }, 403)
  const issued = await sessions.issue({
    user: { id: name },
    device: deviceOf(context),
    authentication: { methods: ['pwd'], level: 1 },
  })
  await signIn(context, issued)
  return context.json({ id: issued.session.id }, 201)
})

app.get('/me', requireSession(), (context) => context.json(context.var.signedIn))

/** Where am I signed in? */
app.get('/sessions', requireSession(), async (context) => {
  const { session, user } = signedIn(context)
  const { items } = await sessions.list({ userId: user.id, kind: 'login', status: 'live' })
  return context.json(items.map((each) => ({ ...each, current: each.id === session.id })))
})

/** Sign out everywhere else. */
app.delete('/sessions/others', requireSession(), async (context) => {
  const { session, user } = signedIn(context)
  const { ended } = await sessions.end(
    { userId: user.id, except: session.id },
    { by: { kind: 'user', id: user.id } },
  )
  return context.json({ ended })
})

/** A second factor. A stronger session takes a new token, so whoever had the old one has nothing. */
app.post('/second-factor', requireSession(), async (context) => {
  const { code } = await context.req.json()
  if (code !== '123456') return context.json({ error: 'The code is wrong.' }, 403)
  const { session } = signedIn(context)
  const authentication = { methods: ['pwd', 'otp'], level: 2 } as const
  const { session: stronger, token } = await sessions.update(session.id, { authentication })
  if (token !== undefined) await signIn(context, { session: stronger, token })
  return context.json({ level: 2 })
})

/** Needs two factors that were given within the last five minutes. */
app.post('/payments', requireSession({ maxAge: '5m', level: 2 }), (context) =>
  context.json({ paid: true }, 201),
)

app.post('/refresh', async (context) => context.json(await refresh(context)))

app.post('/sign-out', async (context) => {
  await signOut(context)
  return context.body(null, 204)
})

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' })
process.once('SIGTERM', () => server.close(() => sessions.close()))

/** Stands for however you know your people. */
function isTheirs(name: unknown, password: unknown): boolean {
  return name === 'ada' && password === 'lovelace'
}
