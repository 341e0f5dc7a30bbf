import type { Operation } from './history.ts'

/**
 * Tells by trying every order whether what was seen of one session can be explained: slow, plain, and made apart from
 * the checker that it is held against (Wing and Gong, "Testing and verifying concurrent objects", 1993).
 */
export function hasOrder(history: readonly Operation[], session: string, bound: number): boolean {
  const steps = history.flatMap((operation) => stepsOf(operation, session, bound))
  const owner = history.find((each) => each.does === 'issue' && each.session === session)
  if (owner === undefined) return !steps.some(({ needs }) => needs === 'live')
  return search(steps, 'absent')
}

type State = 'absent' | 'live' | 'over'

/** Something that happens to a session, or a look at it, at one moment between two. */
interface Step {
  readonly from: number
  readonly to: number

  /** Whether it must have happened. */
  readonly must: boolean
  readonly makes?: State
  readonly needs?: 'live' | 'not live'
}

function search(steps: readonly Step[], state: State): boolean {
  if (steps.every(({ must }) => !must)) return true
  return steps.some((step, index) => {
    const others = steps.filter((_, other) => other !== index)
    if (others.some(({ must, to }) => must && to < step.from)) return false
    if (step.needs === 'live' && state !== 'live') return false
    if (step.needs === 'not live' && state === 'live') return false
    return search(others, after(state, step))
  })
}

function after(state: State, { makes }: Step): State {
  if (makes === 'live') return state === 'absent' ? 'live' : state
  return makes === 'over' && state === 'live' ? 'over' : state
}

function stepsOf(operation: Operation, session: string, bound: number): Step[] {
  const { from, to, outcome } = operation
  const what = MEANS[operation.does](operation as never, session)
  if (what === undefined) return []
  const early = operation.does === 'verify' && operation.live && !operation.fresh ? bound : 0
  return [{ from: from - early, to, must: outcome === 'done', ...what }]
}

type Means = Pick<Step, 'makes' | 'needs'>

/** What each operation means for a session; undefined where nothing. */
const MEANS: {
  readonly [Does in Operation['does']]: (
    operation: Extract<Operation, { readonly does: Does }>,
    session: string,
  ) => Means | undefined
} = {
  issue: (operation, session) => (operation.session === session ? { makes: 'live' } : undefined),
  end: (operation, session) => (operation.session === session ? { makes: 'over' } : undefined),
  'end-all': (operation, session) => (operation.kept === session ? undefined : { makes: 'over' }),
  ban: () => ({ makes: 'over' }),
  verify: (operation, session) => (operation.session === session ? sight(operation.live) : undefined),
  refresh: (operation, session) =>
    operation.session === session ? sight(operation.gave !== undefined) : undefined,
  list: (operation, session) => sight(operation.saw.includes(session)),
}

function sight(live: boolean): Means {
  return { needs: live ? 'live' : 'not live' }
}
