/**
 * Waiting for a store that is down, with a port that says so.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { RollcallError } from '../core/errors.ts'

/** What waiting needs. */
export interface WaitingOptions {
  readonly host: string
  readonly port: number

  /** Takes a line each time that there is something to say. */
  readonly say: (line: string) => void

  /** Gives up once this is aborted. */
  readonly signal: AbortSignal
}

/**
 * Where a start waits for a store. While it does, `/healthz` answers 200 and everything else 503, so that whoever
 * supervises this process sees it alive and not ready.
 */
export interface WaitingRoom {
  /**
   * Asks a store for something, again and again as long as it fails with what `passes` says may pass. Only for what may
   * be asked twice.
   *
   * @throws whatever else it fails with; RollcallError `store-unavailable` once this is told to give up.
   */
  insist<Answer>(ask: () => Promise<Answer>, passes: (fault: unknown) => boolean): Promise<Answer>

  /** The port that the server is to listen on: the one it was waited on. */
  port(): number

  /** Gives the port free, for the server to listen on at once: until then, a connection is refused. */
  close(): Promise<void>
}

/** From one try to the next, in milliseconds, and from one line about it to the next. */
const BETWEEN_TRIES = 500
const BETWEEN_LINES = 30_000

/** Makes one. It listens from the first time that there is something to wait for. */
export function waitingRoom({ host, port, say, signal }: WaitingOptions): WaitingRoom {
  const sayNow = seldom(say)
  let placeholder: Server | undefined

  async function wait(fault: unknown): Promise<void> {
    placeholder ??= await listen({ host, port })
    sayNow(`Waiting for the store. ${fault instanceof Error ? fault.message : String(fault)}`)
    await pause(BETWEEN_TRIES, undefined, { signal }).catch(giveUp)
  }

  return {
    async insist(ask, passes) {
      for (let waited = false; ; waited = true) {
        try {
          const answer = await ask()
          if (waited) say('The store is there.')
          return answer
        } catch (fault) {
          if (signal.aborted || !passes(fault)) throw fault
          await wait(fault)
        }
      }
    },
    port: () => (placeholder === undefined ? port : (placeholder.address() as AddressInfo).port),
    close: () => close(placeholder),
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

async function listen({ host, port }: Pick<WaitingOptions, 'host' | 'port'>): Promise<Server> {
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

async function close(server: Server | undefined): Promise<void> {
  if (server?.listening !== true) return
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
