import { errorMonitor, once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FAILURES, isRollcallError } from '../../src/core/errors.ts'
import type { EventType } from '../../src/core/events.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { nodeEnv } from '../../src/env.ts'
import {
  type EventFeed,
  eventFeed,
  type FeedOptions,
  type StreamRequest,
} from '../../src/http/event-stream.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { until } from './until.ts'

/** One event as it came over the wire. */
export interface Heard {
  readonly id: string
  readonly type: string
  readonly data: string
}

/** Reads what a stream sends, for as long as it stands. */
export interface Ear extends Disposable {
  readonly status: number
  readonly events: readonly Heard[]
  lastId(): string
  readonly over: Promise<unknown>
}

/** Begins to listen. */
export async function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Ear> {
  const asked = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const events: Heard[] = []
  let lastId = ''
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const frames = (rest + chunk).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? ''
      lastId = field('id') || lastId
      if (field('data') !== '') events.push({ id: lastId, type: field('event'), data: field('data') })
    }
  })
  response.on('error', () => undefined)
  const over = new Promise((resolve) => response.once('close', resolve))
  return {
    status: response.statusCode ?? 0,
    events,
    lastId: () => lastId,
    over,
    [Symbol.dispose]: () => void asked.destroy(),
  }
}

/** A feed alone, on a socket of its own, with the little patience of a test. */
export interface FeedBench extends AsyncDisposable {
  readonly sessions: SessionManager
  readonly store: SessionStore
  readonly feed: EventFeed
  readonly port: number
  readonly url: string

  /** The key that every reader reads with. */
  readonly keyId: string

  /** What was or is being answered, in the order of asking. */
  readonly responses: readonly ServerResponse[]

  /** What went wrong with responses. It is only watched: a fault that the feed does not handle is nobody's. */
  readonly faults: readonly Error[]

  /** The most bytes that ever waited to be read. */
  unread(): number

  /** How many streams have begun or were refused. */
  settled(): number

  /** Lets streams wait on their way to being opened, until what it answers with is called. */
  holdOpening(): () => void

  /** Waits until the feed was told of such an event. */
  heard(type: EventType): Promise<void>
}

/** Starts one. */
export async function feedBench(
  options: FeedOptions,
  filter: StreamRequest['filter'] = {},
): Promise<FeedBench> {
  const env = nodeEnv()
  const store = memoryStore({ clock: env.now })
  const sessions = createSessions({ store, env, policy: { cached: 1_000 } })
  const { key } = await sessions.keys.create({ name: 'reader', scopes: ['events:read'] })
  let held: Promise<void> | undefined
  const feed = eventFeed(
    {
      ...sessions,
      async events(after, limit) {
        await held
        return sessions.events(after, limit)
      },
    },
    options,
  )
  const told = new Set<EventType>()
  sessions.onAny(({ type }) => told.add(type))
  const responses: ServerResponse[] = []
  const faults: Error[] = []
  let unread = 0
  let settled = 0
  const server = createServer(async (request, response) => {
    responses.push(response)
    response.on(errorMonitor, (fault) => faults.push(fault))
    sessions.onAny(() => (unread = Math.max(unread, response.writableLength)))
    const after = request.headers['last-event-id']
    const position = typeof after === 'string' ? { after } : {}
    await feed.open(response, { filter, keyId: key.id, headers: {}, ...position }).catch((fault) => {
      response.writeHead(isRollcallError(fault) ? FAILURES[fault.code].status : 500).end()
    })
    settled += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    sessions,
    store,
    feed,
    port,
    url: `http://127.0.0.1:${port}/`,
    keyId: key.id,
    responses,
    faults,
    unread: () => unread,
    settled: () => settled,
    holdOpening() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    heard: (type) => until(`${type} was told`, () => told.has(type)),
    async [Symbol.asyncDispose]() {
      feed.close()
      server.closeAllConnections()
      server.close()
      await sessions.close()
    },
  }
}
