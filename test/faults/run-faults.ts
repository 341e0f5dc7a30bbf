import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import type { Carelessness } from './careless.ts'
import { judge, type Violation } from './checker.ts'
import type { Operation } from './history.ts'
import type { Control, Nemesis } from './nemesis.ts'
import { type Fleet, startFleet } from './nodes.ts'
import type { Place, PlaceKind, Protection } from './place.ts'
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

/** Nodes over a store that can be struck. */
export interface FaultBench extends AsyncDisposable {
  readonly place: Place

  /** Strikes once while clients call, mends what is broken, and answers with what the clients saw. */
  strike(strike: Nemesis['strike'], seed: number): Promise<Struck>
}

/** A strike, and the history that it was judged by. */
export interface Struck extends Strike {
  readonly history: readonly Operation[]
}

/** How a bench is to be. */
export interface FaultBenchOptions {
  readonly kind: PlaceKind

  /** Whether the store is to have a standby. */
  readonly standby?: boolean
  readonly protection?: Protection
  readonly careless?: Carelessness
  readonly clocks?: readonly number[]

  /** Calls of the clients a second. */
  readonly rate?: number
}

/** Starts nodes over a store. */
export async function faultBench(options: FaultBenchOptions): Promise<FaultBench> {
  const { kind, protection = 'as promised', standby = false, careless, clocks, rate = 60 } = options
  await using parts = new AsyncDisposableStack()
  const place = parts.use(await kind.start(protection, standby))
  const fleet = parts.use(
    await startFleet({
      store: place.store,
      nodes: place.nodes,
      flags: place.flags,
      ...(clocks !== undefined && { clocks }),
      ...(careless !== undefined && { command: [process.execPath, CARELESS, careless] }),
    }),
  )
  const kept = parts.move()

  return {
    place,
    async strike(strike, seed) {
      try {
        return await strikeOnce(strike, seed)
      } catch (fault) {
        const outputs = fleet.urls.map((url, node) => `${url}:\n${fleet.output(node).slice(-2_000)}`)
        throw new Error(`Seed ${seed}: the nodes did not recover.\n${outputs.join('\n')}`, { cause: fault })
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }

  async function strikeOnce(strike: Nemesis['strike'], seed: number): Promise<Struck> {
    const random = seededRandom(seed)
    const load = workload({ urls: fleet.urls, random, name: `s${seed}`, rate })
    const began = performance.now()
    load.start()
    await sleep(BEFORE + random() * BEFORE)
    await until('there is something to lose', () => hasSomethingToLose(load), 30_000)
    await strike({ place, fleet, random })
    await ready(fleet)
    await sleep(AFTER)
    await load.stop()
    const over = performance.now()
    await load.lookAtEverything()
    await place.mend?.()
    await ready(fleet)
    return summary(seed, load, [began, over])
  }
}

/** What to try on what, and how often. */
export interface FaultRun {
  readonly kind: PlaceKind
  readonly nemesis: Nemesis
  readonly strikes: number
  readonly seed: number

  /** What the store is to be like; as it promises unless told otherwise. */
  readonly protection?: Protection

  /** Takes the protection away, so that the fault must show. */
  readonly control?: Control

  /** Called with each strike. */
  readonly hear?: (struck: Struck) => void
}

/**
 * Strikes nodes and their store with one fault, again and again. Undefined where the store has nothing that the fault
 * could strike.
 */
export async function runFault(run: FaultRun): Promise<readonly Strike[] | undefined> {
  const { kind, nemesis, strikes, seed, control, hear } = run
  const protection = control?.protection ?? run.protection
  if (nemesis.standby === true && kind.standby !== true) return undefined
  if (protection === 'forgetful' && strikes > 1) return oneByOne(run)
  await using bench = await faultBench({
    kind,
    standby: nemesis.standby === true,
    ...(nemesis.clocks !== undefined && { clocks: nemesis.clocks }),
    ...(protection !== undefined && { protection }),
    ...(control?.careless !== undefined && { careless: control.careless }),
  })
  if (!nemesis.strikes(bench.place)) return undefined
  const all: Strike[] = []
  for (let count = 0; count < strikes; count++) {
    const struck = await bench.strike(control?.strike ?? nemesis.strike, seed + count)
    hear?.(struck)
    const { history: _history, ...strike } = struck
    all.push(strike)
  }
  return all
}

/** Strikes each time at a new place: one that forgets does not know afterwards who may call. */
async function oneByOne(run: FaultRun): Promise<readonly Strike[] | undefined> {
  const all: Strike[] = []
  for (let count = 0; count < run.strikes; count++) {
    const strikes = await runFault({ ...run, strikes: 1, seed: run.seed + count })
    if (strikes === undefined) return undefined
    all.push(...strikes)
  }
  return all
}

const CARELESS = join(import.meta.dirname, 'careless-node.ts')

/** How long clients call before a strike at the least, and after it, in milliseconds. */
const BEFORE = 500
const AFTER = 400

/** Whether clients have sessions that live, and some that they have ended. */
function hasSomethingToLose({ client }: Workload): boolean {
  const doomed = client.known.filter((session) => session.doomed).length
  return doomed >= 5 && client.known.length - doomed >= 5
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
        60_000,
      ),
    ),
  )
}

function summary(seed: number, { client }: Workload, [began, over]: readonly [number, number]): Struck {
  const history = client.history()
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
    history,
  }
}

const CHANGES: ReadonlySet<Operation['does']> = new Set(['issue', 'end', 'end-all', 'ban'])
