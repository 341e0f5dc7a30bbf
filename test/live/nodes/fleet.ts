import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Client, createClient } from '../../../src/client/index.ts'
import type { EndReason } from '../../../src/core/session.ts'
import { startFleet } from '../../faults/nodes.ts'
import type { Place, PlaceKind } from '../../faults/place.ts'
import { gather } from '../../support/gather.ts'
import { openEventStream, openSocketIo, openWebSocket, type WatchedLine } from '../../support/lines.ts'
import { KEY } from '../../support/server-process.ts'
import { publishTo } from '../../support/streams.ts'
import { until } from '../../support/until.ts'
import { openViewer } from '../../support/viewer-line.ts'

/** Nodes over one store, each with an application's own Socket.IO server beside it in its process. */
export interface LiveFleet extends AsyncDisposable {
  readonly place: Place
  node(number: number): LiveNode
}

/** One of them. */
export interface LiveNode {
  readonly url: string

  /** Its management API. */
  readonly client: Client

  /** The kinds of lines that can be opened on it. */
  readonly kinds: readonly LineKind[]

  /** Opens a line on it with a token. */
  open(kind: LineKind, token: string): Promise<WatchedLine>

  /** Ends it without a warning. */
  kill(): Promise<void>

  /** Stops it where it stands: it keeps its connections and answers nothing. */
  pause(): void
  resume(): void
}

/** A kind of line. */
export type LineKind = 'WebSocket' | 'event stream' | 'Socket.IO' | 'playback'

/** What a fleet is to be like. */
export interface LiveFleetOptions {
  readonly nodes: number

  /** Whether somebody publishes a stream on each node, so that it can be played there. */
  readonly streams?: boolean
}

/** Starts nodes on such a store. */
export async function liveFleet(kind: PlaceKind, options: LiveFleetOptions): Promise<LiveFleet> {
  const place = await kind.start('as promised', false)
  const flags = [...place.flags, ...FLAGS]
  const fleet = await startFleet({ store: place.store, nodes: options.nodes, flags, command: APPLICATION })
  const open: Disposable[] = []

  async function begin(url: string, number: number): Promise<LiveNode> {
    const saidPort = (): string | undefined => /Socket\.IO listens on (\d+)\n/.exec(fleet.output(number))?.[1]
    await until('the application listens', () => saidPort() !== undefined)
    const socketIo = `http://127.0.0.1:${saidPort()}`
    const path = `/nodes/${number}`
    if (options.streams) open.push(closing(await publishTo(url, { path: `${path}/whip` })))
    const ways: Readonly<Record<LineKind, (token: string) => Promise<WatchedLine>>> = {
      WebSocket: (token) => openWebSocket(url, token),
      'event stream': (token) => openEventStream(url, token),
      'Socket.IO': (token) => openSocketIo(socketIo, token),
      playback: (token) => openViewer(url, path, token),
    }
    return {
      url,
      client: createClient({ url, key: KEY, retries: 0 }),
      kinds: LINE_KINDS.filter((each) => options.streams || each !== 'playback'),
      async open(line, token) {
        const opened = await ways[line](token)
        open.push(opened)
        return opened
      },
      kill: () => fleet.kill(number),
      pause: () => fleet.pause(number),
      resume: () => fleet.resume(number),
    }
  }

  const nodes = await Promise.all(fleet.urls.map(begin))
  return {
    place,
    node(number) {
      const node = nodes[number]
      if (node === undefined) throw new Error(`There is no node ${number}`)
      return node
    },
    async [Symbol.asyncDispose]() {
      for (const each of open) each[Symbol.dispose]()
      for (const each of [fleet, place]) await each[Symbol.asyncDispose]()
    },
  }
}

/** A login, and lines that were opened with it. */
export interface Holder {
  readonly userId: string
  readonly loginId: string
  readonly token: string
  readonly lines: ReadonlyMap<LineKind, WatchedLine>
}

/** Issues a login on one node, and opens a line of each kind with it on another. */
export async function holdLines(issuing: LiveNode, holding: LiveNode, userId: string): Promise<Holder> {
  const { session, token } = await issuing.client.issue({ user: { id: userId } })
  const lines = new Map<LineKind, WatchedLine>()
  for (const kind of holding.kinds) lines.set(kind, await holding.open(kind, token))
  return { userId, loginId: session.id, token, lines }
}

/** The ids of the live sessions under a login. */
export async function idsUnder(client: Client, parent: string): Promise<readonly string[]> {
  const sessions = await gather(client.sessions.list({ parent }))
  return sessions.map(({ id }) => id)
}

/** Whether every line of somebody is open. */
export function isWhole({ lines }: Holder): boolean {
  return [...lines.values()].every((line) => line.over() === undefined)
}

/**
 * Sees that every line of somebody ends within so many milliseconds from now, and is told one of these: a reason, or to
 * reconnect. Answers how many it took, by kind; below 0 for what was closed before.
 */
export async function allOver(
  { lines }: Holder,
  told: readonly (EndReason | 'reconnect')[],
  milliseconds: number,
): Promise<Readonly<Record<string, number>>> {
  const from = performance.now()
  const took: Record<string, number> = {}
  for (const [kind, line] of lines) {
    await until(`the ${kind} is closed`, () => line.over() !== undefined, PATIENCE)
    const { reason, last, at } = await line.gone
    const heard = reason ?? last
    assert.ok(
      told.some((each) => each === heard),
      `the ${kind} was told ${heard}`,
    )
    assert.ok(at - from <= milliseconds, `the ${kind} was closed after ${at - from} ms`)
    took[kind] = Math.round(at - from)
  }
  return took
}

const LINE_KINDS: readonly LineKind[] = ['WebSocket', 'event stream', 'Socket.IO', 'playback']

function closing(peer: { close(): void }): Disposable {
  return { [Symbol.dispose]: () => peer.close() }
}

const APPLICATION = [process.execPath, join(import.meta.dirname, '../../support/application.ts')]

/** Every line of a test comes from one address. */
const FLAGS = ['--lines-per-address', '10000']

/** How long to wait for a line that is closed too late, to say how late, in milliseconds. */
const PATIENCE = 10_000
