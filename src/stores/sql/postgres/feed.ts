/**
 * What PostgreSQL notifies: that the journal has grown. It says nothing else, and may be cut off at any time.
 *
 * @module
 */
import type { Feed } from '../../../core/feed.ts'
import type { Connection } from './connection.ts'

/** A feed, and the connection behind it. */
export interface OpenFeed extends Feed {
  close(): void
}

/** Pauses between attempts to listen again, in milliseconds: the first, and the longest. */
const PAUSES = { first: 50, longest: 2_000 } as const

/** How often a connection that says nothing is asked whether it is still there, in milliseconds. */
const HEARTBEAT = 2_000

/** Listens on a connection of its own, and on another where that is lost. */
export function openFeed(connect: () => Promise<Connection>, channel: string): OpenFeed {
  const listeners = new Set<() => void>()
  let current: Connection | undefined
  let pause: number = PAUSES.first
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function later(work: () => Promise<void>, milliseconds: number): void {
    if (closed) return
    timer = setTimeout(() => void work(), milliseconds)
    timer.unref()
  }

  async function listen(): Promise<void> {
    let made: Connection | undefined
    try {
      made = await connect()
      made.onNotification(tell)
      await made.say(`listen ${channel}`)
      if (closed) return made.close()
      current = made
      pause = PAUSES.first
      tell()
      later(beat, HEARTBEAT)
    } catch {
      made?.close()
      later(listen, pause)
      pause = Math.min(pause * 2, PAUSES.longest)
    }
  }

  async function beat(): Promise<void> {
    try {
      await current?.say('select 1')
      later(beat, HEARTBEAT)
    } catch {
      current?.close()
      await listen()
    }
  }

  void listen()
  return {
    onNews(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connected: () => current?.isOver() === false,
    close() {
      closed = true
      clearTimeout(timer)
      current?.close()
    },
  }
}
