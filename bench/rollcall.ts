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

/** A filled file, and a file of the tokens of its sessions in order. */
export interface Population {
  readonly path: string
  readonly tokens: string
}

/** Fills a new store in that folder with so many live logins. */
export async function populate(folder: string, sessions: number, perUser?: number): Promise<Population> {
  const path = join(folder, 'rollcall.db')
  const { store, tokens } = await fill(path, sessions, {
    most: sessions,
    ...(perUser !== undefined && { perUser }),
  })
  await store.close()
  const file = join(folder, 'rollcall.tokens')
  writeFileSync(file, `${tokens.join('\n')}\n`)
  return { path, tokens: file }
}

/** Removes it. */
export function depopulate({ path }: Population): void {
  removeStore(path)
}

/** Starts Rollcall with everything at hand (`cached`) or nothing (`cold`). */
export function startRollcall(
  kind: 'cached' | 'cold',
  { path, tokens }: Population,
): Promise<Running & Target> {
  return startHttpServer(kind, path, tokens, 4)
}

/** Starts a server that answers each request with the answer in that file. */
export function startBare(answer: string, { tokens }: Population): Promise<Running & Target> {
  return startHttpServer('bare', answer, tokens, 2)
}

async function startHttpServer(
  kind: string,
  path: string,
  credentials: string,
  warmUp: number,
): Promise<Running & Target> {
  const port = await freePort()
  const running = await start({
    core: SERVER_CORE,
    command: [process.execPath, SERVER, kind, String(port), path, credentials],
    ready: 'warm',
  })
  const url = `http://127.0.0.1:${port}/v1/whoami`
  return { ...running, url, field: 'Authorization', scheme: 'Bearer ', credentials, warmUp }
}

const SERVER = join(import.meta.dirname, 'http-server.ts')
