/** Something that a client did, on one monotonic clock in milliseconds: called at `from`, answered at `to`. */
export type Operation = Issue | Verify | Refresh | End | EndAll | Ban | List

/** When it was, and what came of it. */
interface Called {
  readonly from: number

  /** `Infinity` where it was never answered: it may have happened at any time since, or not at all. */
  readonly to: number

  /** `refused` surely changed nothing. */
  readonly outcome: 'done' | 'refused' | 'unknown'
}

/** Beginning a session. */
export interface Issue extends Called {
  readonly does: 'issue'
  readonly realm: string
  readonly user: string

  /** Absent as long as nobody knows what came of it. */
  readonly session?: string

  /** How long it may live, in milliseconds; longer than any history unless told otherwise. */
  readonly lifetime?: number
}

/** Asking whether a session lives. Only answers are noted. */
export interface Verify extends Called {
  readonly does: 'verify'
  readonly session: string

  /** Whether the store had to be asked, so that the answer may not be stale at all. */
  readonly fresh: boolean
  readonly live: boolean

  /** Why it does not, in the words of the answer. */
  readonly said?: string
}

/** Exchanging a token for its successor. Only answers are noted. */
export interface Refresh extends Called {
  readonly does: 'refresh'
  readonly session: string
  readonly presented: string

  /** The successor, where the session lived. */
  readonly gave?: string

  /** Why there is none, in the words of the answer. */
  readonly said?: string
}

/** Ending one session. */
export interface End extends Called {
  readonly does: 'end'
  readonly session: string
}

/** Ending everything of a realm or of one user in it, but for one that is kept. */
export interface EndAll extends Called {
  readonly does: 'end-all'
  readonly realm: string
  readonly user?: string
  readonly kept?: string
}

/** Banning a user for good: everything of theirs ends, and nothing of theirs begins any more. */
export interface Ban extends Called {
  readonly does: 'ban'
  readonly realm: string
  readonly user: string
}

/** Listing the live sessions of a user. Only answers are noted. */
export interface List extends Called {
  readonly does: 'list'
  readonly realm: string
  readonly user: string
  readonly saw: readonly string[]
}

/** How somebody came to know whether a session lives. */
export type Way = 'cached' | 'fresh' | 'list'

/** A look at one session. */
export interface Sight {
  readonly way: Way
  readonly from: number
  readonly to: number
}

/** Something that may have ended a session. */
export interface Ending {
  readonly from: number
  readonly to: number

  /** Whether it surely happened. */
  readonly sure: boolean
}

/** All that is known of one session. */
export interface Life {
  readonly session: string
  readonly issue: Issue
  readonly live: Sight[]
  readonly over: Sight[]
  readonly ends: Ending[]
}

/** What a history says of each session, and what it shows of sessions that nobody issued. */
export interface Lives {
  readonly lives: readonly Life[]

  /** Sessions that somebody saw and that cannot be: never issued, listed twice, or of another user. */
  readonly ghosts: readonly string[]
}

/** Takes a history apart into lives. A session is a register that only goes forward: each can be judged by itself. */
export function livesOf(history: readonly Operation[]): Lives {
  const lives = new Map<string, Life>()
  const byOwner = new Map<string, Life[]>()
  const ghosts: string[] = []
  for (const each of history) if (each.does === 'issue') begin(each)
  for (const each of history) {
    if (each.outcome === 'refused') continue
    endBy(each)
    if (each.outcome === 'done') lookBy(each)
  }
  return { lives: [...lives.values()], ghosts }

  function begin(issue: Issue): void {
    const { session, outcome } = issue
    if (session === undefined || outcome === 'refused') return
    const life: Life = { session, issue, live: [], over: [], ends: expiryOf(issue) }
    lives.set(session, life)
    for (const owner of [issue.realm, ownerKey(issue)]) {
      const others = byOwner.get(owner)
      if (others === undefined) byOwner.set(owner, [life])
      else others.push(life)
    }
  }

  function endBy(operation: Operation): void {
    const { from, to, outcome } = operation
    for (const id of aimOf(operation)) lives.get(id)?.ends.push({ from, to, sure: outcome === 'done' })
  }

  function aimOf(operation: Operation): readonly string[] {
    if (operation.does === 'end') return [operation.session]
    if (operation.does !== 'end-all' && operation.does !== 'ban') return []
    const kept = operation.does === 'end-all' ? operation.kept : undefined
    const owner = operation.user === undefined ? operation.realm : ownerKey(operation)
    return (byOwner.get(owner) ?? []).map(({ session }) => session).filter((id) => id !== kept)
  }

  function lookBy(operation: Operation): void {
    const { from, to } = operation
    if (operation.does === 'verify')
      look(operation.session, { way: operation.fresh ? 'fresh' : 'cached', from, to }, operation.live)
    if (operation.does === 'refresh')
      look(operation.session, { way: 'fresh', from, to }, operation.gave !== undefined)
    if (operation.does === 'list') lookThrough(operation)
  }

  function lookThrough({ realm, user, saw, from, to }: List): void {
    const seen = new Set(saw)
    ghosts.push(...saw.filter((id, index) => saw.indexOf(id) !== index))
    for (const { session } of byOwner.get(ownerKey({ realm, user })) ?? [])
      look(session, { way: 'list', from, to }, seen.delete(session))
    ghosts.push(...seen)
  }

  function look(session: string, sight: Sight, live: boolean): void {
    const life = lives.get(session)
    if (life !== undefined) life[live ? 'live' : 'over'].push(sight)
    else if (live) ghosts.push(session)
  }
}

/** What a moment of the store's clock may be off by when it is rounded to milliseconds, on both ends of a span. */
const ROUNDING = 2

function expiryOf({ from, to, lifetime }: Issue): Ending[] {
  if (lifetime === undefined) return []
  return [{ from: from + lifetime - ROUNDING, to: to + lifetime + ROUNDING, sure: true }]
}

function ownerKey({ realm, user = '' }: { readonly realm: string; readonly user?: string }): string {
  return `${realm}\n${user}`
}
