/**
 * What a player is told of its playback while it lasts: the extension of WHEP for events, as server-sent events.
 *
 * @module
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { RollcallError } from '../../core/errors.ts'
import type { EndReason } from '../../core/session.ts'
import type { Over, StreamLine } from '../../live/stream-contract.ts'

/** The events there are: somebody publishes, nobody does, come back at once, and it is over. */
export const STREAM_EVENTS = ['active', 'inactive', 'reconnect', 'terminated'] as const

/** One of them. */
export type StreamEventType = (typeof STREAM_EVENTS)[number]

/** Everyone who reads events. */
export interface StreamEvents {
  /** Tells one reader how it stands and what changes, until it is over. @throws RollcallError `too-many-lines` */
  open(
    response: ServerResponse,
    line: StreamLine,
    only: readonly StreamEventType[],
    headers: OutgoingHttpHeaders,
  ): void

  /** Ends what is read of one who has left: that is told to nobody. */
  end(line: StreamLine): void

  /** Ends what is left. */
  close(): void
}

/** Readers that one playback may have at a time. */
const MOST_READERS = 4

/** How often a silent reader is told that the stream still stands, in milliseconds. One that reads nothing is given up then. */
const HEARTBEAT = 15_000

/** Makes them. */
export function streamEvents(): StreamEvents {
  const readers = new Map<StreamLine, Set<ServerResponse>>()

  const beat = setInterval(() => {
    for (const reader of all()) {
      if (reader.writableNeedDrain) reader.destroy()
      else if (!reader.writableEnded) reader.write(': still here\n\n')
    }
  }, HEARTBEAT)
  beat.unref()

  function all(): readonly ServerResponse[] {
    return [...readers.values()].flatMap((own) => [...own])
  }

  return {
    open(response, line, only, headers) {
      if (response.destroyed) return
      const own = readers.get(line) ?? new Set()
      if (own.size >= MOST_READERS)
        throw new RollcallError(
          'too-many-lines',
          `A playback may be listened to ${MOST_READERS} times at once.`,
        )
      readers.set(line, own.add(response))
      response.writeHead(200, { ...headers, ...HEADERS })
      response.write('retry: 1000\n\n')
      const tell = (type: StreamEventType, data: object = {}): void => {
        if (only.includes(type)) response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
      }
      const deafen = line.hear({
        active: (active) => tell(active ? 'active' : 'inactive'),
        over(why) {
          const [type, data] = describe(why)
          tell(type, data)
          response.end()
        },
      })
      response
        .on('error', () => response.destroy())
        .once('close', () => {
          own.delete(response)
          if (own.size === 0 && readers.get(line) === own) readers.delete(line)
          deafen()
        })
    },

    end(line) {
      for (const reader of readers.get(line) ?? []) reader.end()
    },

    close() {
      clearInterval(beat)
      for (const reader of all()) reader.end()
    },
  }
}

/** `X-Accel-Buffering` keeps nginx from holding events back. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const

/** Reasons that say nothing against coming back. */
const WORTH_COMING_BACK: ReadonlySet<EndReason> = new Set(['closed', 'node-lost'])

function describe(why: Over): readonly [StreamEventType, object] {
  if (why === 'released') return ['reconnect', {}]
  const reason = why === 'lost' ? 'closed' : why.reason
  return ['terminated', { reason, code: 'session-ended', retry: WORTH_COMING_BACK.has(reason) }]
}
