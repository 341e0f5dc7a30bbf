/** What does a second node cost the first, and what does it add? */
import { load, ROUNDS, SECONDS } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { type Kind, SHARED, settle } from '../places.ts'
import { type Server, startRollcall } from '../rollcall.ts'

/** Sessions that ask both nodes; `BENCH_SESSIONS` says otherwise where it is less. */
const SESSIONS = Math.min(20_000, Number(process.env.BENCH_SESSIONS ?? 20_000))
const TIMES = Math.min(ROUNDS, 5)

/** How nodes are asked: with what they have at hand, and with a store that is asked each time. */
const WAYS = { 'with a lease': 1_000, 'with --max-staleness 0': 0 } as const

/** Loads one node alone and two at once, on each shared store. */
export async function twoNodes(folder: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of SHARED)
    for (const [way, maxStaleness] of Object.entries(WAYS))
      rows.push(await twoOn(kind, folder, { way, maxStaleness }))
  return rows
}

/**
 * Both nodes have one core together, so that neither has the load's for a neighbour in one of the runs alone: what is
 * counted is requests for each second of a node's own processor time.
 */
async function twoOn(
  kind: Kind,
  folder: string,
  { way, maxStaleness }: { readonly way: string; readonly maxStaleness: number },
): Promise<Row> {
  process.stderr.write(`  ${kind.name} ${way} …\n`)
  const place = await kind.start(folder)
  const population = await settle(place, folder, { sessions: SESSIONS })
  const one = await startRollcall('cached', population, { maxStaleness })
  const other = await startRollcall('cached', population, { maxStaleness })
  await taken(one, one.warmUp)
  await taken(other, other.warmUp)
  const shares: number[] = []
  for (let round = 0; round < TIMES; round++) {
    const alone = [await taken(one), await taken(other)]
    const together = await Promise.all([taken(one), taken(other)])
    shares.push(...together.map((time, node) => (alone[node] ?? Number.NaN) / time))
  }
  await other.stop()
  await one.stop()
  await place.stop()
  return {
    question: `two nodes at once on ${kind.name} ${way}: requests per processor second of each, against it alone`,
    figure: figureOf(shares),
    unit: '×',
    goal: '≥ 0.9',
  }
}

/** Microseconds of processor time that a node takes for a request. */
async function taken(node: Server, seconds: number = SECONDS): Promise<number> {
  return (await load(node, { seconds })).processor
}
