/**
 * How Rollcall is meant to behave, as plainly as it can be said: plain data, and functions that change it, note what the
 * journal must tell of it, and return what the caller must hear. Shares no code with what it judges.
 *
 * @module
 */
import type { Denial } from '../../../src/core/denial.ts'
import type { Actor, Ending, Session } from '../../../src/core/session.ts'
import type { Role, User } from '../../../src/core/user.ts'

const DAY = 86_400_000

/** What the engines are told to do, in milliseconds and entries. */
export const POLICY: Readonly<
  Record<'lifetime' | 'idle' | 'grace' | 'staleness' | 'cached' | 'entries', number>
> = {
  lifetime: 30 * DAY,
  idle: 7 * DAY,
  grace: 10_000,
  staleness: 1_000,
  cached: 5,
  entries: 12,
}

/** How long activity may wait to be written; silence is forgiven for as long. */
const UNWRITTEN = 30_000

/** Who does everything here; and what happens by itself. */
export const BY: Actor = { kind: 'key', id: 'key_tester' }
export const PARENT: Actor = { kind: 'system', id: 'parent' }
const EXPIRY: Actor = { kind: 'system', id: 'expiry' }

/** A token that was given out. `until` and `salted` say how it stands once another has taken its place. */
export type Token = { readonly text: string; until: number; salted: boolean }

/** A session; its tokens, latest first; its user's role when that was made; whether the journal told of its end. */
export type Kept = {
  session: Session
  idle: number
  tokens: Token[]
  role: Role
  told: boolean
  mass?: number
}

/** An entry that the journal must have. */
export type Entry = Readonly<Record<string, unknown>>

/** What comes round on each node. */
export type Round = 'expire' | 'tidy' | 'salts' | 'flush' | 'sweep' | 'trim'

type Timer = { readonly node: number; readonly round: Round; readonly due: number }

/** Everything there is. */
export interface Model {
  now: number // The store's clock.
  elapsed: number // What the nodes' monotonic clocks have in common.
  sessions: Map<string, Kept>
  users: Map<string, { user: User; stamp: number }>
  denials: (Denial & { id: string })[] // Their ids are taken on trust.
  noted: Map<string, number>[] // Per node, what was used and when, as far as it is not written.
  timers: Timer[]
  telling: Entry[] // What the journal must have by now.
  head: number // How much the journal told in all, and how much of it is forgotten.
  floor: number
  masses: number
}

/** Nothing yet, at a moment. */
export function newModel(now: number): Model {
  const nothing = {
    denials: [],
    noted: [],
    timers: [],
    telling: [],
    head: 0,
    floor: 0,
    masses: 0,
  }
  return { ...nothing, now, elapsed: 0, sessions: new Map(), users: new Map() }
}

/** When a session is refused that nobody ends: not a moment before. */
export function diesAt({ session, idle }: Kept): number {
  return Math.min(session.expiresAt, session.lastActiveAt + idle + UNWRITTEN)
}

/** Whether a session lives by itself; its parent may be over. */
export function lives(model: Model, kept: Kept): boolean {
  return !kept.session.ending && model.now < diesAt(kept)
}

/** How time ends a session: dated when that was due. */
export function dueEnding({ session, idle }: Kept): Ending {
  const silence = session.lastActiveAt + idle
  if (silence < session.expiresAt) return { at: silence, reason: 'idle', by: EXPIRY }
  return { at: session.expiresAt, reason: 'expired', by: EXPIRY }
}

/** Moves the last activity of a session. */
export function active(kept: Kept, at: number): void {
  kept.session = { ...kept.session, lastActiveAt: at, idleExpiresAt: at + kept.idle }
}

/** What the journal tells of the end of a session. */
export function endedEntry({ session, mass }: Kept): Entry {
  return present({ type: 'session.ended', realm: session.realm, at: session.ending?.at, session, mass })
}

/** Notes what the journal must tell. */
export function tell(model: Model, type: string, realm: string, at: number, what: object): void {
  model.head += 1
  model.telling.push({ type, realm, at, ...what })
}

/** Without the fields that are absent. */
export function present<Whole extends object>(
  fields: { [Field in keyof Whole]: Whole[Field] | undefined },
): Whole {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Whole
}
