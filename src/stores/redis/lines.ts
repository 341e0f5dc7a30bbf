/**
 * Connections to the servers of Redis: one for each, made when it is needed, let go of when it fails.
 *
 * @module
 */
import type { ConnectionOptions } from 'node:tls'
import { Redis } from 'ioredis'
import { type Address, type Host, nameOf } from './address.ts'
import { NOT_SENT } from './faults.ts'
import type { Argument } from './script.ts'

/** One connection. What is asked on it is answered in order. */
export interface Line {
  readonly host: Host

  /** Sends a command. Fails after the patience of its maker; it may have been carried out then. */
  call(command: string, ...args: readonly Argument[]): Promise<unknown>

  /** Lets go of it: what is under way on it fails. */
  drop(): void
}

/** The connections of one client. */
export interface Lines {
  /** The connection to a server; made where there is none. Fails after the patience of its maker. */
  to(host: Host): Promise<Line>
  close(): void
}

/** How connections are made. */
export interface LineOptions {
  readonly address: Address
  readonly tls?: ConnectionOptions

  /** Longest wait for a connection, and for an answer, in milliseconds. */
  readonly patience: number

  /** What the connection is called in `CLIENT LIST`. */
  readonly called: string
}

/** Prepares connections; none is made yet. */
export function linesOf(options: LineOptions): Lines {
  const lines = new Map<string, Promise<Line>>()
  let closed = false
  return {
    to(host) {
      const name = nameOf(host)
      const known = lines.get(name)
      if (known !== undefined) return known
      if (closed) return Promise.reject(new Error('The store is closed'))
      const made = open(host, options, () => {
        if (lines.get(name) === made) lines.delete(name)
      })
      lines.set(name, made)
      return made
    },
    close() {
      closed = true
      for (const line of lines.values()) line.then(({ drop }) => drop()).catch(() => {})
    },
  }
}

/** Makes a connection that never comes back by itself and never sends anything twice. */
export function redisAt({ host, port }: Host, { address, tls, patience, called }: LineOptions): Redis {
  return new Redis({
    host,
    port,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: tls ?? {} }),
    db: address.database,
    protocol: 2,
    connectionName: called,
    connectTimeout: patience,
    commandTimeout: patience,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    keepAlive: 5_000,
  })
}

async function open(host: Host, options: LineOptions, onGone: () => void): Promise<Line> {
  const redis = redisAt(host, options)
  let latest: unknown
  redis.on('error', (fault) => (latest = fault))
  redis.once('end', onGone)
  try {
    await redis.connect()
    await redis.ping().catch(tolerateLoading)
  } catch (fault) {
    redis.disconnect()
    onGone()
    throw new Error(`${nameOf(host)}: ${reasonOf(latest ?? fault)}`, { cause: fault })
  }
  return {
    host,
    call: (command, ...args) =>
      redis.status === 'ready'
        ? redis.call(command, [...args])
        : Promise.reject(new Error(`${NOT_SENT} (${nameOf(host)})`)),
    drop: () => redis.disconnect(),
  }
}

/** A server that is still reading its data answers, if only that. */
function tolerateLoading(fault: unknown): void {
  if (!(fault instanceof Error && /^(LOADING|MASTERDOWN|BUSY) /.test(fault.message))) throw fault
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
