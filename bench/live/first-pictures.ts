/**
 * From asking to play to the first picture.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Site } from '../../test/browser/pages.ts'
import { startChromium, WITHOUT_CHROMIUM } from '../../test/support/chromium.ts'
import { postOffer, publishTo } from '../../test/support/streams.ts'
import { playByOffer } from '../../test/support/webrtc.ts'
import { ROUNDS } from '../load.ts'
import type { Row } from '../measure.ts'
import { KEY } from '../server-task.ts'
import type { LiveNode } from './nodes.ts'
import { waits } from './reach.ts'

/** Players that ask, one after the other; `BENCH_ROUNDS` says otherwise. */
const PLAYERS = Math.min(ROUNDS * 15, 100)

/** How long the stream is left alone before the next one asks, by chance and at the most, in milliseconds. */
const REST = 1_000

const STREAM = '/bench/pictures'

/** Lets players ask for a stream that is encoded at 25 pictures a second; pages are those of a site that the node allows. */
export async function firstPictures({ origin }: LiveNode, site: Site): Promise<readonly Row[]> {
  await using publishing = await publishTo(origin, { path: `${STREAM}/whip`, credential: KEY })
  await publishing.until('connected')
  const question = 'from POST to /whep to the first picture decoded'
  return [
    ...waits(`libwebrtc in Node: ${question}`, await many(() => inNode(origin)), ''),
    ...(WITHOUT_CHROMIUM ? [] : await inChromium(origin, site, question)),
  ]
}

async function many(once: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = []
  for (let player = 0; player < PLAYERS; player++) {
    times.push(await once())
    await sleep(Math.random() * REST)
  }
  return times
}

async function inNode(origin: string): Promise<number> {
  let posted = Number.NaN
  await using playing = await playByOffer(async (offer) => {
    posted = performance.now()
    return (await postOffer(origin, offer, { path: `${STREAM}/whep` })).body
  })
  while ((await playing.framesDecoded()) === 0) await sleep(1)
  return performance.now() - posted
}

async function inChromium(origin: string, site: Site, question: string): Promise<readonly Row[]> {
  await using browser = await startChromium()
  const page = await browser.open(site.peers)
  const once = (): Promise<number> => page.evaluate(`(${FIRST_PICTURE})('${origin}${STREAM}/whep')`)
  return waits(`Chromium: ${question}`, await many(once), '')
}

/** Plays in a page, and answers with the milliseconds from its request to its first picture. */
const FIRST_PICTURE = `async (url) => {
  const plain = window.fetch
  let posted
  window.fetch = (...words) => { posted ??= performance.now(); return plain(...words) }
  await watch('one', url)
  window.fetch = plain
  while ((await figures('one')).frames === 0) await new Promise((go) => setTimeout(go, 1))
  const took = performance.now() - posted
  players.one.peer.close()
  players.one.video.remove()
  return took
}`
