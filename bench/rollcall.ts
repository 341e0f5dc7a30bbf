/**
 * Rollcall, filled and serving, as the side that others are compared with.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../test/support/server-process.ts'
import { fill, removeStore } from './fill.ts'
import type { Target } from './load.ts'
import { type Running, SERVER_CORE, start } from './processes.ts'
import type { ServerTask } from './server-task.ts'

/** What is filled, a SQLite file or the URL of a database, and a file of the tokens of its sessions in order. */
export interface Population {
  readonly path: string
  readonly tokens: string
}

/** A server that is loaded. */
export type Server = Running & Target

/** Fills a new store in that folder with so many live logins. */
export async function populate(folder: string, sessions: number, perUser?: number): Promise<Population> {
  const path = join(folder, 'rollcall.db')
  const { store, tokens } = await fill(path, sessions, {
    most: sessions,
    ...(perUser !== undefined && { perUser }),
  })
  await store.close()
  return { path, tokens: writeTokens(folder, tokens) }
}

/** Writes tokens into a file of that folder. */
export function writeTokens(folder: string, tokens: readonly string[], name = 'rollcall'): string {
  const file = join(folder, `${name}.tokens`)
  writeFileSync(file, `${tokens.join('\n')}\n`)
  return file
}

/** Removes a filled file. */
export function depopulate({ path }: Population): void {
  removeStore(path)
}

/** How to start Rollcall. */
export interface RollcallOptions extends Pick<ServerTask, 'ahead' | 'maxStaleness' | 'feed'> {
  /** The core that it gets, or "any"; that of servers unless told otherwise. */
  readonly core?: string
}

/** Starts Rollcall over a population. */
export function startRollcall(
  kind: Exclude<ServerTask['kind'], 'bare'>,
  { path, tokens }: Population,
  { core = SERVER_CORE, ...options }: RollcallOptions = {},
): Promise<Server> {
  return startHttpServer({ kind, path, tokens, ...options }, core, 4)
}

/** Starts a server that answers each request with the answer in that file. */
export function startBare(
  answer: string,
  { tokens }: Population,
  core: string = SERVER_CORE,
): Promise<Server> {
  return startHttpServer({ kind: 'bare', path: answer, tokens }, core, 2)
}

async function startHttpServer(
  task: Omit<ServerTask, 'port'>,
  core: string,
  warmUp: number,
): Promise<Server> {
  const port = await freePort()
  const whole: ServerTask = { ...task, port }
  const running = await start({
    core,
    command: [process.execPath, SERVER, JSON.stringify(whole)],
    ready: 'warm',
  })
  const url = `http://127.0.0.1:${port}/v1/whoami`
  return { ...running, url, field: 'Authorization', scheme: 'Bearer ', credentials: task.tokens, warmUp }
}

const SERVER = join(import.meta.dirname, 'http-server.ts')
