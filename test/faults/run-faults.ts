import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { judge, type Violation } from './checker.ts'
import type { Operation } from './history.ts'
import type { Control, Nemesis } from './nemesis.ts'
import { type Fleet, startFleet } from './nodes.ts'
import type { Place, PlaceKind } from './place.ts'
import { type Workload, workload } from './workload.ts'

/** How long after its end a node may vouch for a session, in milliseconds: what the nodes promise by default. */
export const BOUND = 1_000

/** What came of one strike of a fault. */
export interface Strike {
  readonly seed: number

  /** Sessions acknowledged, ends acknowledged (of one or of many), and changes that nobody knows the outcome of. */
  readonly issued: number
  readonly ended: number
  readonly unknown: number
  readonly violations: readonly Violation[]

  /** The longest that a node vouched for a session after its acknowledged end, in milliseconds. */
  readonly stalest: number

  /** The longest that no change was acknowledged by any node, in milliseconds. */
  readonly silence: number

  /** Answers that nobody should give: how many of each. */
  readonly odd: Readonly<Record<string, number>>
}

/** What to try on what. */
export interface FaultRun {
  readonly kind: PlaceKind
  readonly nemesis: Nemesis
  readonly strikes: number
  readonly seed: number

  /** Takes the protection away, so that the fault must show. */
  readonly control?: Control
  readonly rate?: number

  /** Called with each strike's history; for looking at what went wrong. */
  readonly keep?: (strike: Strike, history: readonly Operation[]) => void
}

/** Strikes nodes and their store with a fault, again and again, while clients call; answers with what the clients saw. Undefined where the store has nothing that the fault could strike. */
export async function runFault(run: FaultRun): Promise<readonly Strike[] | undefined> {
  const { kind, nemesis, strikes, seed, control } = run
  await using place = await kind.start(control?.protection ?? 'as promised', nemesis.standby === true)
  if (!nemesis.strikes(place)) return undefined
  const careless = control?.careless
  await using fleet = await startFleet({
    store: place.store,
    nodes: place.nodes,
    flags: place.flags,
    ...(nemesis.clocks !== undefined && { clocks: nemesis.clocks }),
    ...(careless !== undefined && { command: [process.execPath, CARELESS, careless] }),
  })
  const all: Strike[] = []
  for (let count = 0; count < strikes; count++) {
    const strike = await strikeOnce(run, place, fleet, seed + count)
    all.push(strike)
  }
  return all
}

const CARELESS = join(import.meta.dirname, 'careless-node.ts')

/** How long clients call before a strike, and after it, in milliseconds. */
const BEFORE = 500
const AFTER = 400

async function strikeOnce(run: FaultRun, place: Place, fleet: Fleet, seed: number): Promise<Strike> {
  const random = seededRandom(seed)
  const { nemesis, control, rate = 60 } = run
  const strike = control?.strike ?? nemesis.strike
  const load = workload({ urls: fleet.urls, random, name: `s${seed}`, rate })
  const began = performance.now()
  load.start()
  await sleep(BEFORE + random() * 300)
  await strike({ place, fleet, random })
  await ready(fleet)
  await sleep(AFTER)
  await load.stop()
  const over = performance.now()
  await load.lookAtEverything()
  await place.mend?.()
  await ready(fleet)
  const history = load.client.history()
  const result = summary(seed, load, history, [began, over])
  run.keep?.(result, history)
  return result
}

/** Waits until every node says that it is ready. */
async function ready({ urls }: Fleet): Promise<void> {
  await Promise.all(
    urls.map((url) =>
      until(
        `${url} is ready again`,
        () =>
          fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
            ({ status }) => status === 200,
            () => false,
          ),
        30_000,
      ),
    ),
  )
}

function summary(
  seed: number,
  { client }: Workload,
  history: readonly Operation[],
  [began, over]: readonly [number, number],
): Strike {
  const changes = history.filter(({ does }) => CHANGES.has(does))
  const acknowledged = changes.filter(({ outcome }) => outcome === 'done')
  const { violations, stalest } = judge(history, BOUND)
  const moments = [began, ...acknowledged.map(({ to }) => to).filter((to) => to < over)].sort((a, b) => a - b)
  const gaps = moments.map((moment, index) => moment - (moments[index - 1] ?? began))
  return {
    seed,
    issued: acknowledged.filter(({ does }) => does === 'issue').length,
    ended: acknowledged.filter(({ does }) => does !== 'issue').length,
    unknown: changes.filter(({ outcome }) => outcome === 'unknown').length,
    violations,
    stalest: Math.round(stalest),
    silence: Math.round(gaps.reduce((most, gap) => Math.max(most, gap), 0)),
    odd: Object.fromEntries(client.odd),
  }
}

const CHANGES: ReadonlySet<Operation['does']> = new Set(['issue', 'end', 'end-all', 'ban'])
