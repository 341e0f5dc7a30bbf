/**
 * Hearing that a journal has grown: pub/sub, over a connection of its own.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Feed } from '../../core/feed.ts'
import { type LineOptions, redisAt } from './lines.ts'

/** A feed that can be closed. */
export interface RedisFeed extends Feed {
  close(): void
}

/**
 * Listens on a channel, from the first listener on. Servers take turns until one lets it in; a cluster carries what is
 * said on any of its servers to all of them.
 */
export function feedOf(options: LineOptions, channel: string): RedisFeed {
  const listeners = new Set<() => void>()
  let started = false
  let closed = false
  let heard: Redis | undefined
  let waiting = false

  function tell(): void {
    if (waiting) return
    waiting = true
    setImmediate(() => {
      waiting = false
      for (const listener of listeners) listener()
    })
  }

  async function listen(turn: number): Promise<void> {
    const { hosts } = options.address
    const host = hosts[turn % hosts.length]
    if (host === undefined) return
    const redis = redisAt(host, options)
    redis.on('error', () => {})
    const gone = new Promise<void>((resolve) => redis.once('end', resolve))
    try {
      await redis.connect()
      redis.on('message', tell)
      await redis.subscribe(channel)
      heard = redis
      tell()
      await Promise.race([gone, beat(redis, () => closed)])
    } catch {
      // The next turn tries another server.
    } finally {
      if (heard === redis) heard = undefined
      redis.disconnect()
    }
  }

  async function keepListening(): Promise<void> {
    for (let turn = 0; !closed; turn++) {
      await listen(turn)
      if (!closed) await delay(PAUSE, undefined, { ref: false })
    }
  }

  return {
    onNews(listener) {
      listeners.add(listener)
      if (!started) void keepListening()
      started = true
      return () => listeners.delete(listener)
    },
    connected: () => heard !== undefined,
    close() {
      closed = true
      listeners.clear()
      heard?.disconnect()
    },
  }
}

/** Between two attempts to be let in, and between two questions whether anybody is there, in milliseconds. */
const PAUSE = 100
const BEAT = 1_000

/** Asks again and again whether anybody is there, and ends when nobody is. */
async function beat(redis: Redis, isOver: () => boolean): Promise<void> {
  while (!isOver() && redis.status === 'ready') {
    await delay(BEAT, undefined, { ref: false })
    await redis.ping()
  }
}
