/**
 * Connections that come back: one that many share, and a few that are taken in turn.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'
import type { Connection } from './connection.ts'
import { unavailable } from './faults.ts'

/** A connection that many share. It is made when it is first asked for, and again after it was lost. */
export interface Link {
  /** The connection. Throws `store-unavailable` where there is none to be had: at once, for a while after one failed. */
  get(): Promise<Connection>
  close(): void
}

/** Pauses between attempts to connect, in milliseconds: the first, and the longest. */
const PAUSES = { first: 50, longest: 1_000 } as const

/** Makes one. */
export function link(connect: () => Promise<Connection>): Link {
  let current: Connection | undefined
  let connecting: Promise<Connection> | undefined
  let closed = false
  let pause: number = PAUSES.first
  let retryAt = 0
  let last: unknown

  async function attempt(): Promise<Connection> {
    try {
      const made = await connect()
      if (closed) {
        made.close()
        throw gone()
      }
      pause = PAUSES.first
      current = made
      return made
    } catch (fault) {
      last = fault
      retryAt = performance.now() + pause
      pause = Math.min(pause * 2, PAUSES.longest)
      throw reached(fault)
    } finally {
      connecting = undefined
    }
  }

  return {
    async get() {
      if (closed) throw gone()
      if (current !== undefined && !current.isOver()) return current
      current = undefined
      if (connecting === undefined && performance.now() < retryAt) throw reached(last)
      connecting ??= attempt()
      return connecting
    },
    close() {
      closed = true
      current?.close()
    },
  }
}

/** Connections that are taken in turn, each by one at a time. */
export interface Pool {
  /** Does something with a connection of its own; waits for one that is free, within the patience. */
  use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>
  close(): void
}

/** Who may wait for a connection at the most. */
const WAITING = 1_000

/** Makes one of so many links. */
export function pool(links: readonly Link[], patience: number): Pool {
  const free = [...links]
  const waiting: ((link: Link) => void)[] = []

  function take(): Promise<Link> {
    const first = free.shift()
    if (first !== undefined) return Promise.resolve(first)
    if (waiting.length >= WAITING) return Promise.reject(crowded())
    return new Promise((resolve, reject) => {
      const take = (link: Link): void => {
        clearTimeout(timer)
        resolve(link)
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(take), 1)
        reject(crowded())
      }, patience)
      waiting.push(take)
    })
  }

  function giveBack(link: Link): void {
    const next = waiting.shift()
    if (next === undefined) free.push(link)
    else next(link)
  }

  return {
    async use(work) {
      const link = await take()
      try {
        return await work(await link.get())
      } finally {
        giveBack(link)
      }
    },
    close() {
      for (const link of links) link.close()
    },
  }
}

function crowded(): RollcallError {
  return new RollcallError(
    'store-unavailable',
    'Too many long reads wait for PostgreSQL. Try again, or give Rollcall more connections.',
  )
}

function gone(): RollcallError {
  return new RollcallError('store-unavailable', 'The store is closed. Restart Rollcall.')
}

/** Whatever keeps a connection from being made, the store cannot be reached. */
function reached(fault: unknown): RollcallError {
  const known = unavailable(fault)
  return TELLING.has(known.code)
    ? known
    : new RollcallError('store-unavailable', `PostgreSQL cannot be reached (${known.message}).`, {}, fault)
}

/** What a fault may be called without being called unreachable: down, to be mended by somebody, or never meant. */
const TELLING: ReadonlySet<string> = new Set(['store-unavailable', 'conflict', 'bad-request'])
