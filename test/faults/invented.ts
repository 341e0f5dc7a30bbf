import { pick } from '../support/seeded-random.ts'
import type { Operation } from './history.ts'

/** Faults of an invented server: what naive code does. */
export const BUGS = [
  'none',
  'stale cache',
  'touch that writes back',
  'answer before the write',
  'end of everything by an old snapshot',
  'list from a late index',
  'lost issue',
  'failover to an old copy',
  'end of a retry without a write',
] as const

/** One of them. */
export type Bug = (typeof BUGS)[number]

/** How stale a cached answer may be in an invented history. */
export const INVENTED_BOUND = 2

/** How far behind the naive code is. */
const LATE = 4

/** Sessions of the one user of an invented history. */
export const INVENTED_SESSIONS: readonly string[] = ['a', 'b']

/**
 * Invents a small history: a few overlapping calls about two sessions of one user to a server that has a bug. Each call
 * takes effect at a moment of its own; some are never answered.
 */
export function invent(random: () => number, bug: Bug): readonly Operation[] {
  const chance = chanceOf(random)
  const server = naiveServer(chance, bug)
  const history: Operation[] = INVENTED_SESSIONS.map((session) => ({
    ...OWNER,
    does: 'issue',
    session,
    ...server.issue(session, chance.call(chance.whole(4))),
  }))
  for (let count = chance.whole(2); count > 0; count--) {
    const session = chance.session()
    history.push({ does: 'end', session, ...server.end([session], chance.call(2 + chance.whole(16))) })
  }
  if (random() < 0.4) history.push(endAll(chance, server, bug))
  for (let count = 2 + chance.whole(3); count > 0; count--) {
    const called = chance.call(2 + chance.whole(20))
    const session = chance.session()
    const fresh = random() < 0.4
    if (called.outcome === 'done') history.push(server.verify(session, fresh, called))
  }
  for (let count = chance.whole(2); count > 0; count--) {
    const called = chance.call(2 + chance.whole(20))
    if (called.outcome === 'done') history.push({ ...OWNER, does: 'list', ...server.list(called) })
  }
  return history
}

/** Invents a history of calls that have nothing to do with each other, so that most of them cannot be explained. */
export function scramble(random: () => number): readonly Operation[] {
  const { whole } = chanceOf(random)
  return invent(random, 'none').map((operation): Operation => {
    const from = whole(14)
    const to = operation.outcome === 'unknown' ? Number.POSITIVE_INFINITY : from + whole(6)
    if (operation.does === 'verify') return { ...operation, from, to, live: random() < 0.5 }
    if (operation.does === 'list')
      return { ...operation, from, to, saw: INVENTED_SESSIONS.filter(() => random() < 0.5) }
    return { ...operation, from, to }
  })
}

const OWNER = { realm: 'r', user: 'u' } as const

function endAll(chance: Chance, server: NaiveServer, bug: Bug): Operation {
  const kept = chance.random() < 0.5 ? chance.session() : undefined
  const blind = bug === 'end of everything by an old snapshot' && chance.random() < 0.7
  const aim = blind ? [] : INVENTED_SESSIONS.filter((id) => id !== kept)
  const called = server.end(aim, chance.call(2 + chance.whole(16)))
  return { ...OWNER, does: 'end-all', ...called, ...(kept !== undefined && { kept }) }
}

/** A call, as its caller sees it. */
type Called = Pick<Operation, 'from' | 'to' | 'outcome'>

/** A call, and the moment at which it takes effect; never where that is infinitely late. */
interface Call extends Called {
  readonly at: number
}

interface Chance {
  readonly random: () => number
  whole(most: number): number
  session(): string
  call(from: number): Call
}

function chanceOf(random: () => number): Chance {
  const whole = (most: number): number => Math.floor(random() * (most + 1))
  return {
    random,
    whole,
    session: () => pick(INVENTED_SESSIONS, random) ?? 'a',
    call(from) {
      const took = whole(5)
      const at = from + random() * took
      if (random() >= 0.15) return { from, to: from + took, outcome: 'done', at }
      const happens = random() < 0.5 ? at + whole(4) : Number.POSITIVE_INFINITY
      return { from, to: Number.POSITIVE_INFINITY, outcome: 'unknown', at: happens }
    },
  }
}

/** A server in the head. */
interface NaiveServer {
  issue(session: string, call: Call): Called
  end(sessions: readonly string[], call: Call): Called
  verify(session: string, fresh: boolean, call: Call): Operation
  list(call: Call): Called & { readonly saw: readonly string[] }
}

/** A change of the state of a session. */
interface Write {
  readonly at: number
  readonly session: string
  readonly makes: 'live' | 'over'
}

function naiveServer({ random, whole }: Chance, bug: Bug): NaiveServer {
  const writes: Write[] = []
  const failsOver = bug === 'failover to an old copy' ? 8 + whole(6) : Number.POSITIVE_INFINITY
  const writesBack = bug === 'touch that writes back'

  function isLive(session: string, moment: number): boolean {
    const kept = writes.filter(
      ({ at }) => at <= moment && (moment < failsOver || at <= failsOver - LATE || at >= failsOver),
    )
    let state: 'absent' | 'live' | 'over' = 'absent'
    for (const write of kept.sort((one, other) => one.at - other.at)) {
      if (write.session !== session) continue
      if (write.makes === 'live' && (state === 'absent' || writesBack)) state = 'live'
      if (write.makes === 'over' && state === 'live') state = 'over'
    }
    return state === 'live'
  }

  return {
    issue(session, { at, ...called }) {
      if (!(bug === 'lost issue' && random() < 0.4)) writes.push({ at, session, makes: 'live' })
      return called
    },
    end(sessions, { at, ...called }) {
      const late = bug === 'answer before the write' ? whole(LATE * 2) : 0
      const lazy = bug === 'end of a retry without a write' && random() < 0.3
      for (const session of lazy ? [] : sessions) writes.push({ at: at + late, session, makes: 'over' })
      return called
    },
    verify(session, fresh, { at, ...called }) {
      const late = bug === 'stale cache' ? LATE + INVENTED_BOUND : random() * INVENTED_BOUND
      const live = isLive(session, at) || (!fresh && isLive(session, at - late))
      if (live && writesBack && random() < 0.6) writes.push({ at: at + whole(LATE), session, makes: 'live' })
      return { does: 'verify', session, fresh, live, ...called }
    },
    list({ at, ...called }) {
      const late = bug === 'list from a late index' ? LATE : 0
      return { ...called, saw: INVENTED_SESSIONS.filter((session) => isLive(session, at - late)) }
    },
  }
}
