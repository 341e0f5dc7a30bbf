/**
 * What an operator may hear: what happened, and what happens.
 *
 * @module
 */
import type { EventType } from '../core/events.ts'
import type { WireEvent } from '../protocol/shapes.ts'
import type { Ask, CallOptions } from './ask.ts'
import { type Listing, listing } from './listing.ts'
import type { Connection } from './request.ts'
import { type StreamOptions, streamOf } from './stream.ts'

/** Which events are meant. */
export interface EventFilter {
  readonly type?: EventType | readonly EventType[]
  readonly user?: string

  /** A resource, or the beginning of some: `default/app/*`. */
  readonly resource?: string
  readonly realm?: string
}

/** Which events to list. */
export interface EventQuery extends EventFilter {
  /** The position after which to begin; at the oldest event that is kept, unless told otherwise. */
  readonly after?: string

  /** How many on a page: 50 unless told otherwise, 200 at most. */
  readonly limit?: number
}

/** Somebody who hears of events until they stop. */
export interface Listening {
  /** Stops it. Calling it twice is harmless. */
  stop(): void

  /** Resolves once it is stopped, and rejects with what ended it otherwise. */
  readonly finished: Promise<void>
}

/** The calls. */
export interface Events {
  /** Lists what happened, oldest first, to the present end. Throws `position-forgotten` where `after` is too long ago. */
  list(query?: EventQuery, options?: CallOptions): Listing<WireEvent>

  /**
   * Yields what happens from now on, or after a position, without end. Lost connections are made again and go on where
   * they were lost: no event is left out, and none comes twice. To go on after a restart of your own, keep the
   * `sequence` of the last event as `after`.
   *
   * Throws what does not pass by itself, such as `position-forgotten` where too much was missed: read anew what you
   * show, and begin again without a position.
   *
   * @example
   * ```ts
   * for await (const event of client.events.stream({ type: 'session.ended' })) console.log(event.session?.id)
   * ```
   */
  stream(filter?: EventFilter, options?: StreamOptions): AsyncGenerator<WireEvent, void, undefined>

  /** The same with a callback. A listener that throws ends it. */
  listen(listener: (event: WireEvent) => void, filter?: EventFilter, options?: StreamOptions): Listening
}

/** Makes the calls. */
export function events(connection: Connection, ask: Ask): Events {
  const stream: Events['stream'] = (filter = {}, options = {}) =>
    streamOf(connection, { method: 'GET', path: '/v1/events', query: queryOf(filter) }, options)

  return {
    stream,
    list({ after, limit, ...filter } = {}, options) {
      return listing((cursor) => {
        const query = { ...queryOf(filter), limit, after: cursor ?? after }
        return ask({ method: 'GET', path: '/v1/events', query }, options)
      })
    },
    listen(listener, filter, options = {}) {
      const over = new AbortController()
      const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal
      const listen = async (): Promise<void> => {
        for await (const event of stream(filter, { ...options, signal })) listener(event)
      }
      const finished = listen().catch((fault: unknown) => {
        if (!signal.aborted) throw fault
      })
      return { stop: () => over.abort(), finished }
    },
  }
}

function queryOf({ type, ...rest }: EventFilter): object {
  return { ...rest, ...(type !== undefined && { type: [type].flat().join(',') }) }
}
