/**
 * A playback as a line: a peer of libwebrtc in this process, which plays by WHEP and listens to why it is cut.
 *
 * @module
 */
import { get } from 'node:http'
import { type Frame, readEvents, type WatchedLine, watched } from './lines.ts'
import { playFrom } from './streams.ts'
import { until } from './until.ts'

/** How long to wait for a peer that was cut to hear why, in milliseconds. */
const PATIENCE = 1_000

/** Plays the stream of that path with a token, and waits until there are pictures. It is over once its connection has failed. */
export async function openViewer(url: string, path: string, token: string): Promise<WatchedLine> {
  const playing = await playFrom(url, { path: `${path}/whep`, credential: token })
  let open = true
  const { line, say, end } = watched(() => {
    open = false
    playing.close()
  })
  await playing.plays(1)
  const told = await listenTo(playing.posted.events, say)
  async function watch(): Promise<void> {
    await until('it has failed', () => !open || playing.state() === 'failed', Number.POSITIVE_INFINITY)
    const at = performance.now()
    if (open) await until('it was told why', told, PATIENCE).catch(() => undefined)
    end({ at })
    line[Symbol.dispose]()
  }
  void watch()
  return line
}

/** Asks for the events of a playback (WHEP's extension for server-sent events). Answers what tells whether it was told an end. */
async function listenTo(events: string, say: (frame: Frame) => void): Promise<() => boolean> {
  const { headers, status } = await fetch(events, { method: 'POST' })
  if (status !== 201) throw new Error(`There are no events: ${status}`)
  let over = false
  const asked = get(new URL(headers.get('location') ?? '', events), { agent: false }, (response) => {
    response.on('error', () => undefined)
    readEvents(response, (type, data) => {
      if (type !== 'terminated') return
      say({ ...(JSON.parse(data) as Frame), type: 'ended' })
      over = true
      asked.destroy()
    })
  })
  asked.on('error', () => undefined)
  return () => over
}
