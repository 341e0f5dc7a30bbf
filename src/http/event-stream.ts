/**
 * The journal as server-sent events.
 *
 * Each reader has a position of its own and is written to only as fast as it reads. What happened lately comes from
 * a ring that all share, what is older from the journal; so a reader holds no memory but what one write put into its
 * socket, and one that stops reading is cut off, to come back with the last id it saw.
 *
 * @module
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { RollcallError } from '../core/errors.ts'
import { cursorOf, type EventFilter, isAbout } from '../core/events.ts'
import type { SessionManager } from '../engine/manager.ts'
import { eventRing, frameOf, type Told } from './event-ring.ts'

/** Who reads, and what. */
export interface StreamRequest {
  readonly filter: EventFilter

  /** Id of the access key that reads. When that is withdrawn, the stream ends. */
  readonly keyId: string

  /** The position to go on from; the present one unless told otherwise. */
  readonly after?: string
  readonly headers: OutgoingHttpHeaders
}

/** How patient streams are, in milliseconds, and how much they hand over at a time. */
export interface FeedOptions {
  /** How often a silent stream is told that it still stands. 15,000. */
  readonly heartbeat?: number

  /** How long a reader may leave its socket full. 30,000. */
  readonly patience?: number

  /** How long a reader whose stream was ended may take to read what is left, before it is cut off. 1,000. */
  readonly farewell?: number

  /** Events that the ring holds. 4,096. */
  readonly ring?: number
}

/** Everyone who reads the journal as it grows. */
export interface EventFeed {
  /**
   * Begins a stream, unless the client has hung up by then. Throws before a byte is written: `position-forgotten`
   * where it cannot go on from there, `no-credentials` where the key has been withdrawn in the meantime.
   */
  open(response: ServerResponse, request: StreamRequest): Promise<void>

  /** Readers just now. */
  readers(): number

  /** Ends every stream; each reader may come back with the last id it saw. */
  close(): void
}

/** Events that are looked at between two looks at the socket. */
const BATCH = 64

/** Events that are read from the journal at a time. */
const PAGE = 500

/** Withdrawn keys that are remembered: as many as may be withdrawn while one request is on its way to its stream. */
const WITHDRAWN = 1_000

interface Reader extends StreamRequest {
  readonly response: ServerResponse
  position: string
  busy: boolean

  /** Whether something has happened since its pump last looked. */
  behind: boolean
}

/** Makes a feed over an engine. */
export function eventFeed(sessions: SessionManager, options: FeedOptions = {}): EventFeed {
  const { heartbeat = 15_000, patience = 30_000, farewell = 1_000, ring: size = 4_096 } = options
  const ring = eventRing(size)
  const readers = new Set<Reader>()
  const withdrawn = new LRUCache<string, true>({ max: WITHDRAWN })
  let closed = false

  const deafen = sessions.onAny((event) => {
    ring.add(event)
    if (event.type === 'key.withdrawn') withdrawn.set(event.key.id, true)
    for (const reader of readers) {
      if (event.type === 'key.withdrawn' && event.key.id === reader.keyId) dismiss(reader)
      else void pump(reader)
    }
  })

  const beat = setInterval(() => {
    for (const reader of readers)
      if (!reader.busy) reader.response.write(`: still here\nid: ${reader.position}\n\n`)
  }, heartbeat)
  beat.unref()

  /** Ends a stream. Nothing is written to it from here on, and it is gone soon, whether its reader reads or not. */
  function dismiss(reader: Reader): void {
    readers.delete(reader)
    const { response } = reader
    const impatience = setTimeout(() => response.destroy(), farewell).unref()
    response.once('close', () => clearTimeout(impatience)).end()
  }

  /** Breaks a stream off at once. */
  function cut(reader: Reader): void {
    readers.delete(reader)
    reader.response.destroy()
  }

  /** Writes to a reader until it has seen everything, one batch after the other. */
  async function pump(reader: Reader): Promise<void> {
    reader.behind = true
    if (reader.busy) return
    reader.busy = true
    try {
      while (reader.behind && readers.has(reader)) {
        reader.behind = false
        while (readers.has(reader) && (await advance(reader)));
      }
    } catch {
      cut(reader)
    } finally {
      reader.busy = false
    }
  }

  /** Writes the next batch, and waits until there is room for another. Answers false where there was nothing left. */
  async function advance(reader: Reader): Promise<boolean> {
    const told = ring.after(reader.position, BATCH) ?? (await readPage(reader.position))
    if (!readers.has(reader)) return false
    if (told.length > 0 && !write(reader, told)) await drained(reader)
    return told.length > 0
  }

  async function readPage(position: string): Promise<readonly Told[]> {
    const { events } = await sessions.events(position, PAGE)
    return events.map((event) => ({ event, frame: frameOf(event) }))
  }

  /** Waits until a socket has room again; one that has none for too long is cut off. */
  function drained(reader: Reader): Promise<void> {
    const { response } = reader
    return new Promise((resolve) => {
      const impatience = setTimeout(() => cut(reader), patience)
      const done = (): void => {
        clearTimeout(impatience)
        response.off('drain', done).off('close', done)
        resolve()
      }
      response.once('drain', done).once('close', done)
    })
  }

  return {
    async open(response, request) {
      const { position } = await sessions.events(request.after, 1)
      if (response.destroyed || response.writableEnded) return
      if (withdrawn.has(request.keyId))
        throw new RollcallError('no-credentials', 'This access key has been withdrawn.')
      const reader: Reader = {
        ...request,
        response,
        position: request.after ?? position,
        busy: false,
        behind: false,
      }
      response.once('close', () => readers.delete(reader)).on('error', () => cut(reader))
      response.writeHead(200, { ...request.headers, ...HEADERS })
      response.write(`retry: 1000\nid: ${reader.position}\n\n`)
      readers.add(reader)
      if (closed) dismiss(reader)
      else void pump(reader)
    },

    readers: () => readers.size,

    close() {
      closed = true
      deafen()
      clearInterval(beat)
      for (const reader of readers) dismiss(reader)
    },
  }
}

/** `X-Accel-Buffering` keeps nginx from holding events back. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const

/** Writes those events that a reader wants to hear of. Answers false when its socket is full. */
function write(reader: Reader, told: readonly Told[]): boolean {
  const frames = told.filter(({ event }) => isAbout(event, reader.filter)).map(({ frame }) => frame)
  const last = told.at(-1)
  if (last !== undefined) reader.position = cursorOf(last.event)
  return frames.length === 0 || reader.response.write(frames.join(''))
}
