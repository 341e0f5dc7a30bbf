/**
 * Runs concurrent actors in every order in which their steps can fall.
 *
 * An actor pauses at gates: before it begins, and wherever {@link pause} is called on its behalf. One schedule says
 * which actor goes on at each moment; all schedules are tried, each in a world of its own.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { seededRandom } from '../support/seeded-random.ts'

/** One thing that happens beside others. */
export type Actor = () => Promise<unknown>

/** A world in which actors meet, and what must hold once all are done. */
export interface World {
  readonly actors: readonly Actor[]

  /** With `asked`, answers arrive at once: for many actors, whose orders would be too many. Every step otherwise. */
  readonly steps?: 'every' | 'asked'

  /** Judges what has become of the world; throws where that is wrong. Outcomes are in the order of the actors. */
  judge(outcomes: readonly PromiseSettledResult<unknown>[]): Promise<void>
}

/** An order that went wrong: which actor went on, step by step. */
export interface Breach {
  readonly schedule: readonly number[]
  readonly fault: unknown
}

/** What was explored. */
export interface Explored {
  readonly schedules: number
  readonly breach?: Breach
}

interface Running {
  readonly steps: World['steps']

  /** Lets it go on; absent while it runs and once it is done. */
  proceed?: () => void
  done: boolean

  /** Resolves at its next gate, or at its end. */
  stopped: Promise<void>
  stop: () => void
}

const current = new AsyncLocalStorage<Running>()

/** Waits until the schedule says that the actor of this call goes on. Does nothing outside of an exploration. */
export async function pause(before: 'asking' | 'answer' = 'asking'): Promise<void> {
  const actor = current.getStore()
  if (actor === undefined || actor.done || (before === 'answer' && actor.steps === 'asked')) return
  await new Promise<void>((proceed) => {
    actor.proceed = proceed
    actor.stop()
  })
}

/** Whether this is called on behalf of an actor. */
export function isActor(): boolean {
  return current.getStore()?.done === false
}

/** Tries every schedule, up to the first breach. */
export async function explore(makeWorld: () => Promise<World>): Promise<Explored> {
  let schedules = 0
  let schedule: readonly number[] | undefined = []
  while (schedule !== undefined) {
    const planned: readonly number[] = schedule
    const { taken, choices, fault } = await follow(
      await makeWorld(),
      (step, ready) => planned[step] ?? ready[0] ?? 0,
    )
    schedules += 1
    if (fault !== undefined) return { schedules, breach: { schedule: taken, fault } }
    schedule = next(taken, choices)
  }
  return { schedules }
}

/** Tries so many schedules that are drawn by lot, the same in each run, up to the first breach: where all would take too long. */
export async function sample(makeWorld: () => Promise<World>, most: number): Promise<Explored> {
  const draw = seededRandom(1)
  for (let schedules = 1; schedules <= most; schedules++) {
    const { taken, fault } = await follow(
      await makeWorld(),
      (_step, ready) => ready[Math.floor(draw() * ready.length)] ?? 0,
    )
    if (fault !== undefined) return { schedules, breach: { schedule: taken, fault } }
  }
  return { schedules: most }
}

/** Runs one world: at each step goes on whom `choose` names of those that can. */
async function follow(
  world: World,
  choose: (step: number, ready: readonly number[]) => number,
): Promise<{ readonly taken: number[]; readonly choices: number[][]; readonly fault?: unknown }> {
  const running = world.actors.map(() => prepare(world.steps))
  const outcomes = Promise.allSettled(running.map((each, index) => run(each, world.actors[index])))
  await Promise.all(running.map(({ stopped }) => stopped))

  const taken: number[] = []
  const choices: number[][] = []
  for (;;) {
    const ready = running.flatMap(({ done }, index) => (done ? [] : [index]))
    if (ready.length === 0) break
    const chosen = choose(taken.length, ready)
    taken.push(chosen)
    choices.push(ready)
    await proceed(running[chosen])
  }
  try {
    await world.judge(await outcomes)
    return { taken, choices }
  } catch (fault) {
    return { taken, choices, fault }
  }
}

/** The schedule after this one, in order of the actors; undefined after the last. */
function next(taken: readonly number[], choices: readonly number[][]): readonly number[] | undefined {
  for (let step = taken.length - 1; step >= 0; step--) {
    const later = choices[step]?.find((actor) => actor > (taken[step] ?? 0))
    if (later !== undefined) return [...taken.slice(0, step), later]
  }
  return undefined
}

function prepare(steps: World['steps']): Running {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  return { steps, done: false, stopped, stop }
}

async function run(running: Running, actor: Actor | undefined): Promise<unknown> {
  try {
    return await current.run(running, async () => {
      await pause()
      return actor?.()
    })
  } finally {
    running.done = true
    running.stop()
  }
}

async function proceed(actor: Running | undefined): Promise<void> {
  if (actor === undefined) throw new Error('the schedule names an actor that is not there')
  const { promise, resolve } = Promise.withResolvers<void>()
  actor.stopped = promise
  actor.stop = resolve
  const go = actor.proceed
  delete actor.proceed
  go?.()
  await actor.stopped
}
