import {
  type Ban,
  type Issue,
  type Life,
  livesOf,
  type Operation,
  type Refresh,
  type Sight,
  type Way,
} from './history.ts'

/** Something that cannot have happened if every promise was kept. */
export interface Violation {
  readonly kind: ViolationKind
  readonly session: string
}

/** What can be broken. */
export type ViolationKind =
  /** An acknowledged session is gone, and nobody can have ended it. */
  | 'lost'

  /** A session that was over lives again: the store itself says so. */
  | 'undone'

  /** A node vouched for a session longer than the bound after it was over. */
  | 'stale'

  /** A list shows a session that was over, or that is none of this user's. */
  | 'ghost'

  /** A list lacks a session that lives. */
  | 'missing'

  /** A change that nobody had acknowledged was seen, and then was not: no promise, and worth a figure. */
  | 'wavered'

  /** One token was exchanged for two. */
  | 'forked'

  /** Somebody who was banned was let in. */
  | 'admitted'

/** What a history comes to. */
export interface Judgement {
  readonly violations: readonly Violation[]

  /** The longest that a node vouched for a session after its acknowledged end, in milliseconds. */
  readonly stalest: number
}

/**
 * Judges a history: is there, for every session, one moment at which it began and at most one later moment at which it
 * was over, that explains everything anybody saw?
 *
 * `bound` is how long after its end a node may still vouch for a session that it has at hand, in milliseconds. Whoever
 * asks the store may not be late at all.
 */
export function judge(history: readonly Operation[], bound: number): Judgement {
  const { lives, ghosts } = livesOf(history)
  const violations: Violation[] = ghosts.map((session) => ({ kind: 'ghost', session }))
  let stalest = 0
  for (const life of lives) {
    if (!isExplained(life, bound)) violations.push({ kind: explain(life, bound), session: life.session })
    stalest = Math.max(stalest, stalenessOf(life))
  }
  return { violations: [...violations, ...forksOf(history), ...admittedOf(history, lives)], stalest }
}

/** Tells whether a beginning and an end can be found that explain everything that was seen of a session. */
export function isExplained(life: Life, bound: number): boolean {
  const { issue, live } = life
  if (issue.outcome !== 'done' && live.length === 0) return true
  const begunBy = begunByOf(life)
  if (begunBy < issue.from) return false
  const aliveAt = latest(live.map((sight) => sight.from - allowed(sight.way, bound)))
  return beginningsOf(life, begunBy).some((begun) => canEnd(life, begun, aliveAt))
}

/** The last moment at which it may have begun: whoever knows of it knows that it had. */
function begunByOf({ issue, live }: Life): number {
  return earliest([issue.to, ...live.map(({ to }) => to)])
}

/** Moments at which it may have begun. Between two of them nothing changes that matters. */
function beginningsOf({ issue, over, ends }: Life, begunBy: number): readonly number[] {
  const edges = [...ends.flatMap(({ from, to }) => [from, to, to + HAIR]), ...over.map(({ from }) => from)]
  return [issue.from, begunBy, ...edges].filter(
    (moment) => moment >= issue.from && moment <= begunBy && moment < Number.POSITIVE_INFINITY,
  )
}

/** Less than clocks can tell, in milliseconds. */
const HAIR = 1e-6

/** Tells whether it may have begun at one moment: a moment to end can then be found, or it need not have ended. */
function canEnd({ over, ends }: Life, begun: number, aliveAt: number): boolean {
  const possible = ends.filter(({ to }) => to >= begun)
  const certain = possible.filter(({ sure, from }) => sure && from > begun)
  const overBy = earliest([
    ...certain.map(({ to }) => to),
    ...over.filter(({ from }) => from > begun).map(({ to }) => to),
  ])
  if (overBy === Number.POSITIVE_INFINITY) return true
  return possible.some(({ from, to }) => Math.max(from, begun, aliveAt) <= Math.min(to, overBy))
}

/** How late an answer may be. */
function allowed(way: Way, bound: number): number {
  return way === 'cached' ? bound : 0
}

/** Names what is wrong with a life that cannot be explained. */
function explain(life: Life, bound: number): ViolationKind {
  const begunBy = begunByOf(life)
  const ended = earliest(life.ends.filter(({ sure, from }) => sure && from > begunBy).map(({ to }) => to))
  const resurrected = waysOf(life.live.filter(({ from, way }) => from > ended + allowed(way, bound)))
  if (resurrected.size > 0) return kindOf(resurrected)
  if (life.issue.outcome !== 'done') return 'wavered'

  const gone = life.over.filter(({ from }) => from >= begunBy)
  const goneBy = earliest(gone.map(({ to }) => to))
  const back = waysOf(life.live.filter(({ from, way }) => from > goneBy + allowed(way, bound)))
  if (back.size > 0 && life.ends.some(({ sure, from }) => !sure && from <= goneBy)) return 'wavered'
  const unlisted = [...waysOf(gone)].every((way) => way === 'list')
  if (unlisted) return 'missing'
  return back.size > 0 ? kindOf(back) : 'lost'
}

function waysOf(sights: readonly Sight[]): ReadonlySet<Way> {
  return new Set(sights.map(({ way }) => way))
}

/** What it is called that somebody saw a session alive that was over, by how they saw it. */
function kindOf(ways: ReadonlySet<Way>): ViolationKind {
  if (ways.has('fresh')) return 'undone'
  return ways.has('list') ? 'ghost' : 'stale'
}

/** How long after its end a node still vouched for it. */
function stalenessOf(life: Life): number {
  const begunBy = begunByOf(life)
  const ended = earliest(life.ends.filter(({ sure, from }) => sure && from > begunBy).map(({ to }) => to))
  const vouched = latest(life.live.filter(({ way }) => way === 'cached').map(({ from }) => from))
  return Math.max(0, vouched - ended)
}

function forksOf(history: readonly Operation[]): Violation[] {
  const successors = new Map<string, string>()
  const refreshes = history.filter((each): each is Refresh => each.does === 'refresh')
  return refreshes.flatMap(({ session, presented, gave }) => {
    if (gave === undefined) return []
    const known = successors.get(presented) ?? gave
    successors.set(presented, known)
    return known === gave ? [] : [{ kind: 'forked', session } as const]
  })
}

function admittedOf(history: readonly Operation[], lives: readonly Life[]): Violation[] {
  const bans = history.filter((each): each is Ban => each.does === 'ban' && each.outcome === 'done')
  const late = (issue: Issue): boolean =>
    bans.some(({ realm, user, to }) => realm === issue.realm && user === issue.user && issue.from > to)
  return lives
    .filter(({ issue, live }) => (issue.outcome === 'done' || live.length > 0) && late(issue))
    .map(({ session }) => ({ kind: 'admitted', session }))
}

function earliest(moments: readonly number[]): number {
  return moments.reduce((least, moment) => Math.min(least, moment), Number.POSITIVE_INFINITY)
}

function latest(moments: readonly number[]): number {
  return moments.reduce((most, moment) => Math.max(most, moment), Number.NEGATIVE_INFINITY)
}
