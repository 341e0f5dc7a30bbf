/**
 * What every promise of stores that share a place is checked with.
 *
 * @module
 */
import type { RollcallEvent } from '../../core/events.ts'
import { BEGINNING } from '../../core/position.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Guards, SessionDraft, SessionStore } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import { draftOf, NOON, TESTER } from './workbench.ts'

/** One promise that stores which share a place make. The check throws where it is not kept. */
export interface SharedCase {
  readonly promise: string
  readonly check: (makeShared: MakeShared) => Promise<void>
}

/** Makes an empty place that takes its time from the given clock. */
export type MakeShared = (clock: () => Instant) => Promise<SharedPlace>

/** A place that several stores share, as several nodes would. */
export interface SharedPlace {
  /** Opens one more store over it. The check closes it. Several may be opened at once, the first ones too. */
  open(): Promise<SessionStore>

  /** Lets go of the place, once its stores are closed. */
  close?(): Promise<void>
}

/** Two stores over one place, and a hand on their clock. */
export interface SharedBench {
  readonly one: SessionStore
  readonly other: SessionStore

  /** Both of them. */
  readonly both: readonly [SessionStore, SessionStore]

  /** Opens a third. */
  open(): Promise<SessionStore>

  /** Moves the clock on. */
  wait(milliseconds: number): void
}

/** States a promise. */
export function sharedPromise(text: string, body: (bench: SharedBench) => Promise<void>): SharedCase {
  return {
    promise: text,
    async check(makeShared) {
      let now = NOON
      const place = await makeShared(() => now)
      const stores: SessionStore[] = []
      const open = async (): Promise<SessionStore> => {
        const store = await place.open()
        stores.push(store)
        return store
      }
      try {
        const [one, other] = await Promise.all([open(), open()])
        await body({ one, other, both: [one, other], open, wait: (milliseconds) => (now += milliseconds) })
      } finally {
        await Promise.allSettled(stores.map((store) => store.close()))
        await place.close?.()
      }
    },
  }
}

/** Begins a session that must be begun. */
export async function beginIn(
  store: SessionStore,
  draft?: Partial<SessionDraft>,
  guards?: Partial<Guards>,
): Promise<SessionRecord> {
  const inserted = await store.insert(draftOf(draft), { by: TESTER, ...guards })
  if (inserted.ok) return inserted.record
  throw new Error(`The session is to begin, and was refused: ${JSON.stringify(inserted)}`)
}

/** Asks each store in turn, all at once, so many times. */
export function together<Answer>(
  stores: readonly SessionStore[],
  times: number,
  ask: (store: SessionStore, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const asked = Array.from({ length: times }, (_, index) =>
    ask(stores[index % stores.length] as SessionStore, index),
  )
  return Promise.all(asked)
}

/** Everything in the journal, as one store reads it. */
export async function historyOf(store: SessionStore): Promise<readonly RollcallEvent[]> {
  const all: RollcallEvent[] = []
  for (let after = BEGINNING; ; ) {
    const { events, position } = await store.read(after, 100)
    all.push(...events)
    if (events.length === 0) return all
    after = position
  }
}

/** The types of everything in the journal that is about nodes, or about sessions. */
export async function told(store: SessionStore, about: 'node' | 'session'): Promise<readonly string[]> {
  return (await historyOf(store)).map(({ type }) => type).filter((type) => type.startsWith(`${about}.`))
}

/** Waits until something holds, for a few seconds at the most. */
export async function eventually(what: string, holds: () => unknown): Promise<void> {
  for (let turn = 0; !(await holds()); turn++) {
    if (turn > 1_000) throw new Error(`It never came about that ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
