/** One thing that a client did, on one monotonic clock: called at `from`, answered at `to`. */
export interface Operation {
  readonly does: 'issue' | 'verify' | 'end' | 'end-all' | 'list'
  readonly user: string

  /** The session it was about; for `end-all`, the one that was kept. */
  readonly session?: string
  readonly from: number
  readonly to: number

  /** `unknown` is an operation that was never answered: it may have happened at any time since, or not at all. */
  readonly outcome: 'done' | 'refused' | 'unknown'

  /** What a `verify` or a `list` saw. */
  readonly saw?: boolean | readonly string[]
}

/** Something that cannot have happened if every promise was kept. */
export interface Violation {
  readonly kind: 'lost' | 'undone' | 'ghost'
  readonly session: string
}

interface Life {
  readonly user: string
  readonly issue: Operation
  readonly live: Operation[]
  readonly dead: Operation[]
  readonly ends: {
    readonly from: number
    readonly to: number
    readonly sure: boolean
    readonly all: boolean
  }[]
}

/**
 * Judges a history: is there, for every session, one moment at which it began and at most one later moment at which it
 * was over, that explains everything anybody saw?
 *
 * A session is a register that only goes forward, so that each can be judged by itself and without search. `staleness`
 * is how long after its end a session may still be seen alive, in the unit of the clock.
 */
export function judge(history: readonly Operation[], staleness = 0): readonly Violation[] {
  const lives = new Map<string, Life>()
  for (const issue of history) {
    if (issue.does === 'issue' && issue.session !== undefined && issue.outcome !== 'refused') {
      lives.set(issue.session, { user: issue.user, issue, live: [], dead: [], ends: [] })
    }
  }
  const answered = history.filter(({ outcome }) => outcome !== 'refused')
  for (const operation of answered) noteEnd(lives, operation)
  const ghosts = answered
    .filter(({ outcome }) => outcome === 'done')
    .flatMap((operation) => noteSight(lives, operation))
  return [...ghosts, ...[...lives].flatMap(([session, life]) => judgeLife(session, life, staleness))]
}

function noteEnd(
  lives: ReadonlyMap<string, Life>,
  { does, session = '', user, from, to, outcome }: Operation,
): void {
  const sure = outcome === 'done'
  const end = { from, to: sure ? to : Number.POSITIVE_INFINITY, sure }
  if (does === 'end') lives.get(session)?.ends.push({ ...end, all: false })
  if (does !== 'end-all') return
  for (const [id, life] of lives)
    if (life.user === user && id !== session) life.ends.push({ ...end, all: true })
}

function noteSight(lives: ReadonlyMap<string, Life>, operation: Operation): Violation[] {
  const { does, session = '', user, saw } = operation
  const seen =
    does === 'verify' && saw === true ? [session] : does === 'list' && Array.isArray(saw) ? saw : []
  const looked =
    does === 'verify'
      ? [session]
      : does === 'list'
        ? [...lives.keys()].filter((id) => lives.get(id)?.user === user)
        : []
  for (const id of looked) lives.get(id)?.[seen.includes(id) ? 'live' : 'dead'].push(operation)
  return seen.filter((id) => !lives.has(id)).map((id) => ({ kind: 'ghost', session: id }))
}

function judgeLife(session: string, { issue, live, dead, ends }: Life, staleness: number): Violation[] {
  const begun = issue.outcome === 'done' || live.length > 0
  if (!begun) return []
  const lastAlive = Math.max(issue.from, ...live.map(({ from }) => from))
  const firstAlive = Math.min(
    issue.outcome === 'done' ? issue.to : Number.POSITIVE_INFINITY,
    ...live.map(({ to }) => to),
  )

  const certain = ends.filter(({ sure, all, from }) => sure && (!all || from >= firstAlive))
  const endedBy = Math.min(Number.POSITIVE_INFINITY, ...certain.map(({ to }) => to))
  if (lastAlive > endedBy + staleness) return [{ kind: 'undone', session }]

  const seenDead = dead.filter(({ from }) => from >= firstAlive)
  const deadBy = Math.min(Number.POSITIVE_INFINITY, ...seenDead.map(({ to }) => to))
  if (deadBy === Number.POSITIVE_INFINITY) return []
  if (lastAlive > deadBy + staleness) return [{ kind: 'undone', session }]
  const explained = ends.some(({ from, to }) => from <= deadBy && to >= lastAlive - staleness)
  return explained ? [] : [{ kind: 'lost', session }]
}
