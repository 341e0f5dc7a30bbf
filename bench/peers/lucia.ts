/** Lucia 3 on bare node:http, with an adapter for node:sqlite of prepared statements. */
import { createServer, type ServerResponse } from 'node:http'
import { type Adapter, type DatabaseSession, Lucia } from 'lucia'
import { fill, openDatabase, readTask, sayReady, syncWrites, visitOf } from './task.ts'

declare module 'lucia' {
  interface Register {
    Lucia: typeof lucia
    DatabaseUserAttributes: { readonly name: string; readonly email: string }
    DatabaseSessionAttributes: {
      readonly ip: string
      readonly user_agent: string
      readonly started_at: string
    }
  }
}

interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly expires_at: number
  readonly ip: string
  readonly user_agent: string
  readonly started_at: string
}

interface JoinedRow extends SessionRow {
  readonly name: string
  readonly email: string
}

const task = readTask()
const database = openDatabase(task)
database.exec(`
  create table users (id text primary key, name text not null, email text not null) without rowid;
  create table sessions (
    id text primary key,
    user_id text not null references users,
    expires_at integer not null,
    ip text not null,
    user_agent text not null,
    started_at text not null
  ) without rowid;
  create index sessions_of_user on sessions (user_id);
`)
const lucia = new Lucia(adapterOf(), {
  sessionCookie: { attributes: { secure: false } },
  getSessionAttributes: ({ ip, user_agent, started_at }) => ({
    ip,
    userAgent: user_agent,
    startedAt: started_at,
  }),
  getUserAttributes: ({ name, email }) => ({ name, email }),
})

const insertUser = database.prepare('insert or ignore into users (id, name, email) values (?, ?, ?)')
await fill(task, async (number) => {
  const { user, ip, userAgent, startedAt } = visitOf(task, number)
  insertUser.run(user.id, user.name, user.email)
  const { id } = await lucia.createSession(user.id, { ip, user_agent: userAgent, started_at: startedAt })
  return `${lucia.sessionCookieName}=${id}`
})
syncWrites(database)

const server = createServer(async (request, response) => {
  const id = lucia.readSessionCookie(request.headers.cookie ?? '') ?? ''
  const { session, user } = await lucia.validateSession(id)
  if (session === null) return answer(response, 401, null)
  if (request.method === 'GET') return answer(response, 200, { session, user })
  const others = (await lucia.getUserSessions(user.id)).filter((each) => each.id !== session.id)
  for (const each of others) await lucia.invalidateSession(each.id)
  answer(response, 200, { ended: others.length })
})
server.listen(task.port, '127.0.0.1', sayReady)

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function adapterOf(): Adapter {
  const find = database.prepare(
    'select sessions.*, name, email from sessions join users on users.id = user_id where sessions.id = ?',
  )
  const list = database.prepare('select * from sessions where user_id = ?')
  const insert = database.prepare('insert into sessions values (?, ?, ?, ?, ?, ?)')
  const renew = database.prepare('update sessions set expires_at = ? where id = ?')
  const remove = database.prepare('delete from sessions where id = ?')
  const removeOfUser = database.prepare('delete from sessions where user_id = ?')
  const removeExpired = database.prepare('delete from sessions where expires_at <= ?')
  return {
    async getSessionAndUser(id) {
      const row = find.get(id) as JoinedRow | undefined
      if (row === undefined) return [null, null]
      return [toSession(row), { id: row.user_id, attributes: { name: row.name, email: row.email } }]
    },
    async getUserSessions(userId) {
      return (list.all(userId) as unknown as SessionRow[]).map(toSession)
    },
    async setSession({ id, userId, expiresAt, attributes: { ip, user_agent, started_at } }) {
      insert.run(id, userId, expiresAt.getTime(), ip, user_agent, started_at)
    },
    async updateSessionExpiration(id, expiresAt) {
      renew.run(expiresAt.getTime(), id)
    },
    async deleteSession(id) {
      remove.run(id)
    },
    async deleteUserSessions(userId) {
      removeOfUser.run(userId)
    },
    async deleteExpiredSessions() {
      removeExpired.run(Date.now())
    },
  }
}

function toSession({ id, user_id, expires_at, ip, user_agent, started_at }: SessionRow): DatabaseSession {
  return {
    id,
    userId: user_id,
    expiresAt: new Date(expires_at),
    attributes: { ip, user_agent, started_at },
  }
}
