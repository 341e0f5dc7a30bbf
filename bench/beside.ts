/**
 * A steady load of whoami, and how its slowest answers move while something else happens.
 *
 * The server, the load and all else take whatever core is free: nothing is pinned, and nothing is at its limit.
 *
 * @module
 */
import { CONNECTIONS, load, SECONDS, type Target } from './load.ts'
import { figureOf, type Row } from './measure.ts'

/** A load that is a part of what a server can bear. */
export interface Steady {
  /** Milliseconds within which 99 of 100 requests are answered while nothing else happens. */
  alone(): Promise<number>

  /** The same while something happens again and again, or just goes on. */
  during(work: (goesOn: () => boolean) => Promise<unknown>): Promise<number>
}

/** Finds out what a server can bear, and makes a load of a share of it, that lasts so many seconds each time. */
export async function steady(
  target: Target,
  share: number = 1 / 2,
  seconds: number = SECONDS,
): Promise<Steady> {
  await load(target, { seconds: target.warmUp, core: 'any' })
  const { rate } = await load(target, { seconds: SECONDS, core: 'any' })
  const pause = (CONNECTIONS * 1_000) / (rate * share)
  const measure = async (): Promise<number> => (await load(target, { seconds, pause, core: 'any' })).p99
  await measure()
  return {
    alone: measure,
    async during(work) {
      let goesOn = true
      const working = work(() => goesOn)
      const p99 = await measure().finally(() => (goesOn = false))
      await working
      return p99
    },
  }
}

/** The p99 while each of these goes on, as a multiple of the p99 before and after it. */
export async function multiplesOf(
  load: Steady,
  works: readonly ((goesOn: () => boolean) => Promise<unknown>)[],
): Promise<number[]> {
  const multiples: number[] = []
  let before = await load.alone()
  for (const work of works) {
    const during = await load.during(work)
    const after = await load.alone()
    multiples.push(during / ((before + after) / 2))
    before = after
  }
  return multiples
}

/** Does something so often a second, one at a time, as long as it goes on. */
export async function paced(
  perSecond: number,
  goesOn: () => boolean,
  work: () => Promise<unknown>,
): Promise<void> {
  while (goesOn()) {
    const next = performance.now() + 1_000 / perSecond
    await work()
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
  }
}

/** A line of the table about a p99 beside something. */
export function besideRow(question: string, multiples: readonly number[], goal = '≤ 1.5'): Row {
  return { question: `${question}, against without`, figure: figureOf(multiples), unit: '×', goal }
}
