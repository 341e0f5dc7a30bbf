/**
 * How each kind of line is opened in a benchmark, and seen to be over.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Site } from '../../test/browser/pages.ts'
import { startChromium, WITHOUT_CHROMIUM } from '../../test/support/chromium.ts'
import { openEventStream, openSocketIo, openWebSocket, type WatchedLine } from '../../test/support/lines.ts'
import { playFrom, publishTo } from '../../test/support/streams.ts'
import { KEY } from '../server-task.ts'
import type { LiveNode } from './nodes.ts'

/** A line that is open. */
export interface OpenLine {
  /** When it was over, in milliseconds of the wall clock. */
  readonly gone: Promise<number>
  close(): Promise<void>
}

/** A way to open lines. */
export interface Opener extends AsyncDisposable {
  readonly name: string

  /** What part of all ends is measured: less than all where opening takes long. */
  readonly share: number

  /** Opens one with the token of a login. */
  open(node: LiveNode, token: string): Promise<OpenLine>
}

/** Every way there is on this machine. Pages are those of a site that the nodes allow. */
export const OPENERS: readonly ((site: Site) => Promise<Opener>)[] = [
  async () => plain('WebSocket', ({ origin }, token) => openWebSocket(origin, token)),
  async () => plain('event stream', ({ origin }, token) => openEventStream(origin, token)),
  async () => plain('Socket.IO', ({ socketIo }, token) => openSocketIo(socketIo, token)),
  webrtc,
  ...(WITHOUT_CHROMIUM ? [] : [chromium]),
]

function plain(name: string, open: (node: LiveNode, token: string) => Promise<WatchedLine>): Opener {
  return {
    name,
    share: 1,
    async open(node, token) {
      const line = await open(node, token)
      return {
        gone: line.gone.then(({ at }) => performance.timeOrigin + at),
        close: async () => line[Symbol.dispose](),
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Streams that are published for as long as they are played, by the origins of their nodes. */
type Streams = Map<string, ReturnType<typeof publishTo>>

/** Sees that a stream is published on a node. Answers its path. */
async function publishOnce(streams: Streams, { origin }: LiveNode): Promise<string> {
  const path = `/bench/${new URL(origin).port}`
  const publishing = streams.get(origin) ?? publishTo(origin, { path: `${path}/whip`, credential: KEY })
  streams.set(origin, publishing)
  await (await publishing).until('connected')
  return path
}

async function unpublish(streams: Streams): Promise<void> {
  for (const publishing of streams.values()) (await publishing).close()
}

/** A peer of libwebrtc in this process, which plays by WHEP. It is over once its connection has failed. */
async function webrtc(): Promise<Opener> {
  const streams: Streams = new Map()
  return {
    name: 'WebRTC (libwebrtc in Node)',
    share: 0.3,
    async open(node, token) {
      const path = await publishOnce(streams, node)
      const playing = await playFrom(node.origin, { path: `${path}/whep`, credential: token })
      await playing.plays(1)
      const failed = async (): Promise<number> => {
        while (playing.state() !== 'failed') await sleep(1)
        return performance.timeOrigin + performance.now()
      }
      return { gone: failed(), close: async () => playing.close() }
    },
    [Symbol.asyncDispose]: () => unpublish(streams),
  }
}

/** The same in a page of Chromium, with what browsers have. */
async function chromium(site: Site): Promise<Opener> {
  const streams: Streams = new Map()
  const browser = await startChromium()
  const page = await browser.open(site.peers)
  let players = 0
  return {
    name: 'WebRTC in Chromium',
    share: 0.3,
    async open(node, token) {
      const path = await publishOnce(streams, node)
      const name = `player-${++players}`
      const url = `${node.origin}${path}/whep`
      await page.evaluate(
        `watch(${JSON.stringify(name)}, ${JSON.stringify(url)}, { authorization: 'Bearer ${token}' })`,
      )
      await seen(page, `(await figures('${name}')).frames > 0`)
      return {
        gone: seen(page, `players['${name}'].failedAt`).then(Number),
        close: () => page.evaluate(`players['${name}'].peer.close(), players['${name}'].video.remove()`),
      }
    },
    async [Symbol.asyncDispose]() {
      await unpublish(streams)
      await browser[Symbol.asyncDispose]()
    },
  }
}

/** Waits in a page until something is true of it, and answers with that. */
function seen(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(
    `(async () => { for (;;) { const it = ${expression}; if (it) return it; await new Promise((go) => setTimeout(go, 5)) } })()`,
  )
}
