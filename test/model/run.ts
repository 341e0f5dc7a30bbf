import fc from 'fast-check'
import type { SessionStore } from '../../src/core/store.ts'
import { changing } from './commands/changing.ts'
import { ends } from './commands/ending.ts'
import { issuing } from './commands/issuing.ts'
import { compareAll, looking } from './commands/looking.ts'
import { passing } from './commands/passing.ts'
import { tokens } from './commands/tokens.ts'
import { setScene } from './scene.ts'
import type { Tally } from './tally.ts'
import { type Ground, makeWorld } from './world.ts'

/** What to run. */
export interface RunOptions {
  readonly ground: Ground
  readonly runs: number
  readonly tally: Tally
  readonly seed?: number
  readonly path?: string
  readonly replayPath?: string

  /** Commands of one run, at the most. */
  readonly most?: number

  /** Puts something between the nodes and the store. */
  readonly spoil?: (store: SessionStore, clock: () => number) => SessionStore

  /** Stops at the first failure, and looks for no smaller one. */
  readonly hasty?: boolean
}

/** What came of it. */
export interface Outcome {
  readonly failed: boolean
  readonly runs: number
  readonly error: unknown

  /** The failure, and how to see it again; empty where there is none. */
  readonly report: string
}

const KINDS = [...issuing, ...tokens, ...changing, ...ends, ...looking, ...passing]

/** Runs commands against engine and model, until they disagree or there were enough of them. */
export async function runModel(options: RunOptions): Promise<Outcome> {
  const {
    ground,
    runs,
    tally,
    seed,
    path,
    replayPath,
    most = 70,
    spoil = (store) => store,
    hasty = false,
  } = options
  const commands = fc.commands(
    [
      fc.oneof(
        ...KINDS.map(({ name, weight, commands: arbitrary }) => ({
          weight: name === 'crash' ? weight : weight * ground.crashCost,
          arbitrary,
        })),
      ),
    ],
    { maxCommands: most, size: 'max', ...(replayPath !== undefined && { replayPath }) },
  )
  const property = fc.asyncProperty(commands, async (all) => {
    const world = await makeWorld(ground, spoil)
    try {
      const scene = await setScene(world, tally)
      await fc.asyncModelRun(() => ({ model: scene, real: scene }), all)
      await compareAll(scene, 0)
    } finally {
      await world.close()
    }
  })
  const details = await fc.check(property, {
    numRuns: runs,
    endOnFailure: hasty,
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  })
  return {
    failed: details.failed,
    runs: details.numRuns,
    error: details.errorInstance,
    report: details.failed
      ? `${fc.defaultReportMessage(details)}\n${toStack(details.errorInstance)}\n${toReplay(details, ground)}\n`
      : '',
  }
}

function toStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

type Failure = Pick<fc.RunDetails<never>, 'seed' | 'counterexamplePath'> & {
  readonly counterexample: unknown
}

function toReplay(details: Failure, { name }: Ground): string {
  const { seed, counterexamplePath, counterexample } = details
  const [, replayPath = ''] = /replayPath="([^"]*)"/.exec(fc.stringify(counterexample)) ?? []
  return `See it again: npm run proof:model -- 1 ${name} ${seed} ${counterexamplePath} '${replayPath}'`
}
