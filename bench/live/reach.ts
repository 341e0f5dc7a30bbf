/** How soon is a line closed once its end is acknowledged, by the node that holds it and by another? */
import { setTimeout as sleep } from 'node:timers/promises'
import { openSite } from '../../test/browser/pages.ts'
import { ask } from '../ask.ts'
import { ROUNDS } from '../load.ts'
import { figureOf, quantile, type Row } from '../measure.ts'
import { type Kind, SHARED, settle } from '../places.ts'
import { roundTrips, startNothing } from '../yardsticks.ts'
import { forPages, type LiveNode, startNode } from './nodes.ts'
import { OPENERS, type Opener } from './openers.ts'

/** Ends of each kind; `BENCH_ROUNDS` says otherwise. */
const ENDS = Math.min(ROUNDS * 100, 500)

/** Ends before any counts, as a part of those that do: nodes that have just begun still compile. */
const WARMING = 0.1

/** Ends that are on their way at a time. */
const LANES = 4

/** How long lines rest between being opened and being ended, in milliseconds, by chance. */
const REST = 300

/** After how many milliseconds a line that is still open is a failure. */
const PATIENCE = 30_000

/** Opens lines of every kind on one node, and ends their logins on it and on another. */
export async function liveReach(folder: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of SHARED) rows.push(...(await reachOn(kind, folder)))
  return rows
}

async function reachOn(kind: Kind, folder: string): Promise<readonly Row[]> {
  process.stderr.write(`  ${kind.name} …\n`)
  const place = await kind.start(folder)
  const population = await settle(place, folder, { sessions: 100 })
  const nothing = await startNothing(folder, population)
  const rows = waits(`${kind.name}: loopback round trip of this run`, await roundTrips(nothing), '')
  await nothing.stop()
  await using site = await openSite()
  const holding = await startNode(population, forPages(site))
  const other = await startNode(population, forPages(site))
  for (const make of OPENERS) {
    await using opener = await make(site)
    process.stderr.write(`    ${opener.name} …\n`)
    for (const [where, ending] of [
      ['on the same node', holding],
      ['on another node', other],
    ] as const) {
      const ends = Math.ceil(ENDS * opener.share)
      await endMany(opener, holding, ending, Math.ceil(ends * WARMING))
      const times = await endMany(opener, holding, ending, ends)
      rows.push(
        ...waits(`${kind.name}: ${opener.name}: from an end acknowledged ${where} to closed`, times, '≤ 250'),
      )
    }
  }
  for (const node of [other, holding]) await node.stop()
  await place.stop()
  return rows
}

/** Milliseconds from the acknowledgement of each end to its line being closed; below 0 where it was closed before that. */
async function endMany(
  opener: Opener,
  holding: LiveNode,
  ending: LiveNode,
  ends: number,
): Promise<readonly number[]> {
  const times: number[] = []
  let left = ends
  const lane = async (): Promise<void> => {
    while (left-- > 0) times.push(await endOne(opener, holding, ending))
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return times
}

async function endOne(opener: Opener, holding: LiveNode, ending: LiveNode): Promise<number> {
  const { text } = await ask(`${ending.origin}/v1/sessions`, { user: { id: `holder-${Math.random()}` } })
  const { session, token } = JSON.parse(text) as Issued
  const line = await opener.open(holding, token)
  await sleep(Math.random() * REST)
  await ask(`${ending.origin}/v1/sessions/end`, { selector: { id: session.id } })
  const acknowledged = performance.timeOrigin + performance.now()
  const gone = await Promise.race([line.gone, tooLate()])
  await line.close()
  return gone - acknowledged
}

async function tooLate(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false })
  throw new Error(`A line was still open ${PATIENCE} ms after its end`)
}

interface Issued {
  readonly session: { readonly id: string }
  readonly token: string
}

/** The lines of the table about waits in milliseconds. */
export function waits(question: string, times: readonly number[], goal: string): Row[] {
  const row = (share: number, wanted: string): Row => ({
    question: `${question}: p${share * 100}`,
    figure: { ...figureOf(times), median: quantile(times, share) },
    unit: 'ms',
    goal: wanted,
  })
  return [row(0.5, ''), row(0.99, goal)]
}
