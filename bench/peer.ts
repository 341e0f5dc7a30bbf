/**
 * The peers: other ways to know a session, each a server of its own in `peers/`.
 *
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../test/support/server-process.ts'
import { type Database, startPostgres, startRedis } from './databases.ts'
import { credentialsOf, headersOf, type Target } from './load.ts'
import type { Task } from './peers/task.ts'
import { SESSIONS_PER_USER, userOf } from './people.ts'
import { type Running, SERVER_CORE, start } from './processes.ts'
import { needPeers, PEERS } from './tools.ts'

/** One way to know a session. */
export interface Peer {
  readonly name: string
  readonly file: string

  /** Which of its ways, where the file knows several. */
  readonly mode?: string

  /** The database that it keeps its sessions in, where that is none of its own. */
  readonly database?: 'redis' | 'postgres'

  /** Where it answers who asks, and where it ends the asker's other sessions. */
  readonly path: string
  readonly endOthers?: string

  /** The word before the credential in `Authorization`; the credential is a cookie unless given. */
  readonly scheme?: string

  /** Live sessions that it is measured with, where it takes too long to make as many as the others have. */
  readonly most?: number
  readonly warmUp?: number
}

const DATABASES: Readonly<Record<'redis' | 'postgres', () => Promise<Database>>> = {
  redis: startRedis,
  postgres: startPostgres,
}

/** How many sessions, and of how many users. */
export interface Size {
  readonly sessions: number
  readonly perUser: number
}

const BETTER_AUTH: Omit<Peer, 'name'> = {
  file: 'better-auth.ts',
  path: '/api/auth/get-session',
  endOthers: '/api/auth/revoke-other-sessions',
  warmUp: 20,
}
const EXPRESS: Peer = {
  name: 'express-session + connect-redis',
  file: 'express-session.ts',
  database: 'redis',
  path: '/whoami',
  endOthers: '/end-others',
}
const FASTIFY: Peer = { ...EXPRESS, name: '@fastify/session + connect-redis', file: 'fastify-session.ts' }
const LUCIA: Peer = {
  name: 'Lucia + node:sqlite',
  file: 'lucia.ts',
  path: '/whoami',
  endOthers: '/end-others',
}

/** Peers that are asked who asks, and how many times as many answers Rollcall is to give. */
export const WHOAMI: readonly (readonly [Peer, string])[] = [
  [{ ...BETTER_AUTH, name: 'Better Auth get-session, sessions in memory', mode: 'memory' }, '≥ 30'],
  [
    {
      ...BETTER_AUTH,
      name: 'Better Auth get-session, cookie cache, 10 k sessions',
      mode: 'cookie',
      most: 10_000,
    },
    '≥ 30',
  ],
  [{ ...BETTER_AUTH, name: 'Better Auth getSession without its HTTP, sessions in memory', mode: 'call' }, ''],
  [EXPRESS, '≥ 10'],
  [FASTIFY, '≥ 3.5'],
  [LUCIA, '≥ 3.5'],
  [{ name: 'jose, HS256, stateless', file: 'jose.ts', path: '/whoami', scheme: 'Bearer ' }, '≥ 2'],
]

/** Peers that keep their sessions where nodes share them, by the store of Rollcall that they are measured beside. */
export const SHARED_PEERS: Readonly<Record<string, readonly (readonly [Peer, string])[]>> = {
  PostgreSQL: [
    [
      {
        ...BETTER_AUTH,
        name: 'Better Auth get-session, PostgreSQL',
        mode: 'postgres',
        database: 'postgres',
      },
      '≥ 30',
    ],
  ],
  Redis: [
    [{ ...BETTER_AUTH, name: 'Better Auth get-session, Redis', mode: 'redis', database: 'redis' }, '≥ 30'],
    [EXPRESS, '≥ 10'],
    [FASTIFY, '≥ 3.5'],
  ],
}

/** Peers that know a way, or can be taught one, to end all sessions of a user but one. */
export const END_OTHERS: readonly Peer[] = [
  { ...BETTER_AUTH, name: 'Better Auth revoke-other-sessions', mode: 'database' },
  { ...BETTER_AUTH, name: 'Better Auth revoke-other-sessions, its limit of 100 raised', mode: 'unlimited' },
  { ...LUCIA, name: 'Lucia, one after the other' },
  { ...EXPRESS, name: 'express-session + connect-redis, a scan of the store' },
]

/** Starts a peer, filled and ready. */
export async function startPeer(peer: Peer, folder: string, size: Size): Promise<Running & Target> {
  needPeers()
  const own = join(folder, 'peer')
  mkdirSync(own)
  const database = peer.database && (await DATABASES[peer.database]())
  const port = await freePort()
  const task: Task = {
    port,
    folder: own,
    sessions: Math.min(size.sessions, peer.most ?? size.sessions),
    perUser: size.perUser,
    credentials: join(own, 'credentials'),
    mode: peer.mode ?? '',
    database: database?.url ?? '',
  }
  const server = await start({
    core: SERVER_CORE,
    command: [process.execPath, join(PEERS, peer.file), JSON.stringify(task)],
    ready: 'warm',
  })
  return {
    pid: server.pid,
    url: `http://127.0.0.1:${port}${peer.path}`,
    field: peer.scheme === undefined ? 'Cookie' : 'Authorization',
    scheme: peer.scheme ?? '',
    credentials: task.credentials,
    warmUp: peer.warmUp ?? 4,
    async stop() {
      await server.stop()
      await database?.stop()
      rmSync(own, { recursive: true })
    },
  }
}

/** Whether the holder of that credential is told that they are that user. */
export async function knows(target: Target, credential: string, userId: string): Promise<boolean> {
  const response = await fetch(target.url, { headers: headersOf(target, credential) })
  return (await response.text()).includes(userId)
}

/** Throws where a server does not know some of its sessions, or takes a forged credential for a good one. */
export async function checkAnswers(target: Target, perUser: number = SESSIONS_PER_USER): Promise<void> {
  const credentials = credentialsOf(target)
  for (let number = 0; number < credentials.length; number += Math.ceil(credentials.length / 10)) {
    const credential = credentials[number] ?? ''
    const userId = userOf(number, perUser)
    if (!(await knows(target, credential, userId)))
      throw new Error(`${target.url} does not know the session of ${userId}`)
    if (await knows(target, forge(credential), userId))
      throw new Error(`${target.url} takes a forged credential for that of ${userId}`)
  }
}

/** Changes one character of what stands for the session. */
function forge(credential: string): string {
  const place = credential.indexOf('=') + 9
  return credential.slice(0, place) + (credential[place] === 'A' ? 'B' : 'A') + credential.slice(place + 1)
}
