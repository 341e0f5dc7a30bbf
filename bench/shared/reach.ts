/** How soon does one node refuse what another has ended: as it runs, under load, and with the feed between them cut? */
import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultProxy, faultProxy } from '../../test/support/fault-proxy.ts'
import { ask, statusOf } from '../ask.ts'
import { steady } from '../beside.ts'
import { ROUNDS } from '../load.ts'
import { figureOf, quantile, type Row } from '../measure.ts'
import { type Kind, SHARED, settle } from '../places.ts'
import { type Server, startRollcall } from '../rollcall.ts'
import { roundTrips, startNothing } from '../yardsticks.ts'

/** Sessions that the load under which ends are made is of. */
const HOLDERS = 20_000

/** Ends of each kind; `BENCH_ROUNDS` says otherwise. */
const ENDS = Math.min(ROUNDS * 100, 500)

/** Ends before any counts: nodes that have just begun still compile. */
const WARMING = 40

/** Ends that are on their way at a time. */
const LANES = 4

/** What part of what it can bear the refusing node is asked meanwhile, where it is. */
const SHARE = 1 / 4

/** What a node may vouch for without asking, in milliseconds: the default. */
const MAX_STALENESS = 1_000

/** Ends sessions through one node, and asks another for them until it refuses. */
export async function reach(folder: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of SHARED) rows.push(...(await reachOn(kind, folder)))
  return rows
}

async function reachOn(kind: Kind, folder: string): Promise<readonly Row[]> {
  process.stderr.write(`  ${kind.name} …\n`)
  const place = await kind.start(folder)
  const population = await settle(place, folder, { sessions: HOLDERS })
  const nothing = await startNothing(folder, population)
  const loopback = await roundTrips(nothing)
  await nothing.stop()
  const ending = await startRollcall('whole', population, { core: 'any' })
  const refusing = await startRollcall('whole', population, { core: 'any' })
  const proxy = await faultProxy({ port: Number(new URL(place.path).port) })
  const feed = place.path.replace(/:\d+(?=\/|$)/, `:${proxy.port}`)
  const deaf = await startRollcall('whole', population, { core: 'any', feed })
  const rows = [...waits(kind, 'loopback round trip of this run', loopback, '')]

  await endsBetween(ending, refusing, WARMING)
  rows.push(...waits(kind, QUESTION, await endsBetween(ending, refusing, ENDS), '≤ 100'))
  const load = await steady(refusing, SHARE)
  const under: number[] = []
  while (under.length < ENDS / 2)
    await load.during(async (goesOn) => {
      while (goesOn()) under.push(...(await endsBetween(ending, refusing, LANES)))
    })
  rows.push(...waits(kind, `${QUESTION}, that node at a quarter of its load`, under, '≤ 100'))

  await cut(proxy)
  const late = await endsBetween(ending, deaf, ENDS)
  const question = `${QUESTION}, its feed cut`
  rows.push(...waits(kind, question, late, ''), {
    question: `${kind.name}: ${question}: the latest`,
    figure: { ...figureOf(late), median: Math.max(...late) },
    unit: 'ms',
    goal: `≤ ${MAX_STALENESS}`,
  })
  for (const node of [deaf, refusing, ending]) await node.stop()
  await proxy[Symbol.asyncDispose]()
  await place.stop()
  return rows
}

const QUESTION = 'from an end acknowledged to its refusal by another node'

/** Sees that the feed ran through the proxy, and lets nothing through from then on. */
async function cut(proxy: FaultProxy): Promise<void> {
  if (proxy.connections() === 0) throw new Error('The feed does not lead through the proxy')
  proxy.begin({ is: 'refuse' })
  proxy.cut()
}

/** Milliseconds from the acknowledgement of each end to the first refusal, some ends at a time. */
async function endsBetween(ending: Server, refusing: Server, ends: number): Promise<number[]> {
  const times: number[] = []
  let left = ends
  const lane = async (): Promise<void> => {
    while (left-- > 0) times.push(await endBetween(ending, refusing))
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return times
}

async function endBetween(ending: Server, refusing: Server): Promise<number> {
  const { origin } = new URL(ending.url)
  const { text } = await ask(`${origin}/v1/sessions`, { user: { id: `reached-${Math.random()}` } })
  const { session, token } = JSON.parse(text) as Issued
  for (let time = 0; time < 2; time++)
    if ((await statusOf(refusing.url, token)) !== 200)
      throw new Error('The other node does not know a new session')
  await sleep(Math.random() * MAX_STALENESS * 0.3)
  await ask(`${origin}/v1/sessions/end`, { selector: { id: session.id } })
  const from = performance.now()
  while ((await statusOf(refusing.url, token)) === 200) await sleep(1)
  const refused = performance.now() - from
  if ((await statusOf(refusing.url, token)) !== 401) throw new Error('A session that was refused lives again')
  return refused
}

interface Issued {
  readonly session: { readonly id: string }
  readonly token: string
}

function waits({ name }: Kind, question: string, times: readonly number[], goal: string): readonly Row[] {
  const row = (what: string, median: number, wanted: string): Row => ({
    question: `${name}: ${question}: ${what}`,
    figure: { ...figureOf(times), median },
    unit: 'ms',
    goal: wanted,
  })
  return [row('p50', quantile(times, 0.5), ''), row('p99', quantile(times, 0.99), goal)]
}
