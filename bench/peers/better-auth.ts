/** Better Auth, over the handler it comes with. */
import { createServer, type RequestListener } from 'node:http'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import pg from 'pg'
import { createClient } from 'redis'
import {
  fill,
  LIFETIME,
  openDatabase,
  type Person,
  readTask,
  SECRET,
  sayReady,
  signed,
  syncWrites,
  visitOf,
} from './task.ts'

const task = readTask()
const database = openDatabase(task)
const memory = new Map<string, string>()
const inMemory: BetterAuthOptions = {
  secondaryStorage: {
    get: (key) => memory.get(key) ?? null,
    set: (key, value) => void memory.set(key, value),
    delete: (key) => void memory.delete(key),
    getAndDelete(key) {
      const value = memory.get(key) ?? null
      memory.delete(key)
      return value
    },
    increment(key) {
      const count = Number(memory.get(key) ?? 0) + 1
      memory.set(key, String(count))
      return count
    },
  },
}
const inRedis = async (): Promise<BetterAuthOptions> => {
  const client = createClient({ url: task.database })
  await client.connect()
  return {
    secondaryStorage: {
      get: (key) => client.get(key),
      async set(key, value, ttl) {
        await client.set(key, value, ttl === undefined ? {} : { expiration: { type: 'EX', value: ttl } })
      },
      async delete(key) {
        await client.del(key)
      },
      getAndDelete: (key) => client.getDel(key),
      async increment(key, ttl) {
        const count = await client.incr(key)
        if (count === 1) await client.expire(key, ttl)
        return count
      },
    },
  }
}
const MODES: Readonly<Record<string, BetterAuthOptions>> = {
  memory: inMemory,
  call: inMemory,
  cookie: { session: { cookieCache: { enabled: true, maxAge: LIFETIME } } },
  database: {},
  unlimited: { advanced: { database: { defaultFindManyLimit: task.sessions } } },
}

const options: BetterAuthOptions = {
  baseURL: `http://127.0.0.1:${task.port}`,
  secret: SECRET,
  database,
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  ...MODES[task.mode],
  ...(task.mode === 'redis' && (await inRedis())),
  ...(task.mode === 'postgres' && { database: new pg.Pool({ connectionString: task.database }) }),
}
await (await getMigrations(options)).runMigrations()
const auth = betterAuth(options)

const { internalAdapter } = await auth.$context
const users = new Map<string, Promise<string>>()
const make = async (number: number): Promise<string> => {
  const { user, ip, userAgent } = visitOf(task, number)
  const made = users.get(user.id) ?? makeUser(user)
  users.set(user.id, made)
  const { token } = await internalAdapter.createSession(await made, false, { ipAddress: ip, userAgent })
  const cookie = `better-auth.session_token=${encodeURIComponent(signed(token))}`
  if (task.mode !== 'cookie') return cookie
  const { headers } = await auth.api.getSession({ headers: new Headers({ cookie }), returnHeaders: true })
  return [cookie, ...headers.getSetCookie().map((each) => each.split(';', 1)[0])].join('; ')
}
await fill(task, make, task.mode === 'postgres' ? 10 : 1)
syncWrites(database)

/** The least that an application has to do: ask the library, and write what it says. */
const call: RequestListener = (request, response) => {
  auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie ?? '' }) }).then((found) => {
    response.writeHead(found ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found))
  })
}
createServer(task.mode === 'call' ? call : toNodeHandler(auth)).listen(task.port, '127.0.0.1', sayReady)

async function makeUser({ name, email }: Person): Promise<string> {
  const source = { method: 'email-password' } as const
  return (await internalAdapter.createUser({ name, email, emailVerified: true }, source)).id
}
