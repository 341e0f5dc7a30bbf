/**
 * Sessions in an Express application, with the engine in the same process and a file to keep them in.
 *
 * Start it with `node server.ts`; it listens on http://localhost:3000.
 */
import express from 'express'
import { createSessions } from 'rollcall'
import { expressAdapter } from 'rollcall/adapters/express'
import { sqliteStore } from 'rollcall/sqlite'

const { PORT = '3000', STORE = './sessions.db' } = process.env

const sessions = createSessions({ store: await sqliteStore({ path: STORE }) })
const { requireSession, signedIn, deviceOf, signIn, refresh, signOut, problems } = expressAdapter(sessions)

const app = express().use(express.json())

app.post('/sign-in', async (request, response) => {
  const { name, password } = request.body
  if (!isTheirs(name, password)) {
    response.status(403).json({ error: 'Name or password is wrong.' })
    return
  }
  const issued = await sessions.issue({
    user: { id: name },
    device: deviceOf(request),
    authentication: { methods: ['pwd'], level: 1 },
  })
  await signIn(request, response, issued)
  response.status(201).json({ id: issued.session.id })
})

app.get('/me', requireSession(), (request, response) => {
  response.json(signedIn(request))
})

/** Where am I signed in? */
app.get('/sessions', requireSession(), async (request, response) => {
  const { session, user } = signedIn(request)
  const { items } = await sessions.list({ userId: user.id, kind: 'login', status: 'live' })
  response.json(items.map((each) => ({ ...each, current: each.id === session.id })))
})

/** Sign out everywhere else. */
app.delete('/sessions/others', requireSession(), async (request, response) => {
  const { session, user } = signedIn(request)
  const { ended } = await sessions.end(
    { userId: user.id, except: session.id },
    { by: { kind: 'user', id: user.id } },
  )
  response.json({ ended })
})

/** A second factor. A stronger session takes a new token, so whoever had the old one has nothing. */
app.post('/second-factor', requireSession(), async (request, response) => {
  if (request.body.code !== '123456') {
    response.status(403).json({ error: 'The code is wrong.' })
    return
  }
  const { session } = signedIn(request)
  const authentication = { methods: ['pwd', 'otp'], level: 2 } as const
  const { session: stronger, token } = await sessions.update(session.id, { authentication })
  if (token !== undefined) await signIn(request, response, { session: stronger, token })
  response.json({ level: 2 })
})

/** Needs two factors that were given within the last five minutes. */
app.post('/payments', requireSession({ maxAge: '5m', level: 2 }), (_request, response) => {
  response.status(201).json({ paid: true })
})

app.post('/refresh', async (request, response) => {
  response.json(await refresh(request, response))
})

app.post('/sign-out', async (request, response) => {
  await signOut(request, response)
  response.status(204).end()
})

app.use(problems)

const server = app.listen(Number(PORT), '127.0.0.1')
process.once('SIGTERM', () => server.close(() => sessions.close()))

/** Stands for however you know your people. */
function isTheirs(name: unknown, password: unknown): boolean {
  return name === 'ada' && password === 'lovelace'
}
