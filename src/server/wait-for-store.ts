/**
 * Waiting for a store that is down, with a port that says so.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { isRollcallError, RollcallError } from '../core/errors.ts'
import { isWorthWaiting } from './open-store.ts'

/** What waiting needs. */
export interface Waiting<Store> {
  /** Tries to open it. */
  readonly open: () => Promise<Store>
  readonly host: string
  readonly port: number

  /** Takes a line each time that there is something to say. */
  readonly say: (line: string) => void

  /** Gives up once this is aborted. */
  readonly signal: AbortSignal
}

/** A store that is open, and the port that the server is to listen on: the one it was waited for on. */
export interface Arrived<Store> {
  readonly store: Store
  readonly port: number
}

/** From one try to the next, in milliseconds, and from one line about it to the next. */
const BETWEEN_TRIES = 500
const BETWEEN_LINES = 30_000

/**
 * Opens a store, and waits for it as long as it is only down. Meanwhile `/healthz` answers 200 and everything else 503,
 * so that whoever supervises this process sees it alive and not ready.
 *
 * @throws whatever opening throws that waiting does not help against; RollcallError `store-unavailable` once it is told
 * to give up.
 */
export async function waitForStore<Store>(waiting: Waiting<Store>): Promise<Arrived<Store>> {
  const first = await attempt(waiting)
  if ('store' in first) return { store: first.store, port: waiting.port }
  const placeholder = await listen(waiting)
  const say = seldom(waiting.say)
  try {
    let last: Attempt<Store> = first
    while ('away' in last) {
      say(`Waiting for the store. ${last.away}`)
      await pause(BETWEEN_TRIES, undefined, { signal: waiting.signal }).catch(giveUp)
      last = await attempt(waiting)
    }
    waiting.say('The store is there.')
    return { store: last.store, port: portOf(placeholder) }
  } finally {
    await close(placeholder)
  }
}

/**
 * Asks a shared store that was there a moment ago for what a start needs, again and again while it is away. Only for
 * what may be asked twice.
 */
export async function insist<Answer>(
  ask: () => Promise<Answer>,
  { say, signal }: Pick<Waiting<unknown>, 'say' | 'signal'>,
): Promise<Answer> {
  const saySeldom = seldom(say)
  for (;;) {
    try {
      return await ask()
    } catch (fault) {
      const away = isRollcallError(fault, 'store-unavailable') || isRollcallError(fault, 'outcome-unknown')
      if (signal.aborted || !away) throw fault
      saySeldom(`Waiting for the store. ${fault.message}`)
      await pause(BETWEEN_TRIES, undefined, { signal }).catch(giveUp)
    }
  }
}

/** A store, or what is said of one that is down. */
type Attempt<Store> = { readonly store: Store } | { readonly away: string }

async function attempt<Store>({ open, signal }: Waiting<Store>): Promise<Attempt<Store>> {
  try {
    return { store: await open() }
  } catch (fault) {
    if (signal.aborted || !isWorthWaiting(fault)) throw fault
    return { away: fault instanceof Error ? fault.message : String(fault) }
  }
}

function giveUp(): never {
  throw new RollcallError('store-unavailable', 'It was asked to end before the store was there.')
}

function seldom(say: (line: string) => void): (line: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY
  return (line) => {
    if (performance.now() - saidAt < BETWEEN_LINES) return
    saidAt = performance.now()
    say(line)
  }
}

const BODIES = {
  alive: '{"status":"ok"}',
  notReady: '{"status":"not-ready","code":"store-unavailable"}',
  unavailable:
    '{"type":"about:blank","title":"The store cannot be reached","status":503,"code":"store-unavailable","detail":"The server waits for its store, and goes on by itself when it is there."}',
} as const

async function listen({ host, port }: Pick<Waiting<unknown>, 'host' | 'port'>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    request.resume()
    response.setHeader('connection', 'close')
    if (path === '/healthz') return response.setHeader('content-type', 'application/json').end(BODIES.alive)
    response.statusCode = 503
    response.setHeader('retry-after', '1')
    if (path === '/readyz') return response.setHeader('content-type', 'application/json').end(BODIES.notReady)
    return response.setHeader('content-type', 'application/problem+json').end(BODIES.unavailable)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
