/**
 * What every promise of the store contract is checked with.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { RollcallEvent } from '../../core/events.ts'
import { newSessionId } from '../../core/id.ts'
import type { Actor, SessionRecord } from '../../core/session.ts'
import type { Guards, Inserted, NewEnding, SessionDraft, SessionStore } from '../../core/store.ts'
import type { Instant } from '../../core/time.ts'
import type { SecretHash } from '../../core/token.ts'

/** One promise that a store makes, and how to see that it is kept. The check throws where it is not. */
export interface ContractCase {
  readonly promise: string
  readonly check: (makeStore: MakeStore) => Promise<void>
}

/** Opens an empty store that takes its time from the given clock. The check closes it. */
export type MakeStore = (clock: () => Instant) => Promise<SessionStore>

/** A store, and a hand on its clock. */
export interface Workbench {
  readonly store: SessionStore

  /** Moves the store's clock on. */
  wait(milliseconds: number): void

  /** Begins a session that must be begun. */
  begin(draft?: Partial<SessionDraft>, guards?: Partial<Guards>): Promise<Inserted>

  /** Begins a session, or says what refused it. */
  attempt(draft?: Partial<SessionDraft>, guards?: Partial<Guards>): Promise<string>

  /** The session as it is kept. */
  kept(id: string): Promise<SessionRecord>

  /** Why a session is over; undefined while it is not. */
  reasonOf(id: string): Promise<string | undefined>

  /** The ids of a user's live sessions, newest first. */
  liveIds(userId?: string): Promise<readonly string[]>

  /** Everything in the journal. */
  history(): Promise<readonly RollcallEvent[]>
}

/** Noon, when every check begins. */
export const NOON: Instant = Date.UTC(2026, 0, 1, 12)

/** One hour and one day, in milliseconds. */
export const HOUR = 3_600_000
export const DAY: number = 24 * HOUR

/** Who does everything here. */
export const TESTER: Actor = { kind: 'key', id: 'key_tester' }

/** The ordinary way to end. */
export const REVOKED: NewEnding = { reason: 'revoked', by: TESTER }

let made = 0

/** States a promise. */
export function promise(text: string, body: (bench: Workbench) => Promise<void>): ContractCase {
  return {
    promise: text,
    async check(makeStore) {
      let now = NOON
      const store = await makeStore(() => now)
      try {
        await body(workbench(store, (milliseconds) => (now += milliseconds)))
      } finally {
        await store.close()
      }
    },
  }
}

/** A draft of Ada's next login, changed as told; of nobody's session where the user id is empty. */
export function draftOf(changes: Partial<SessionDraft> = {}): SessionDraft {
  const { userId = 'ada', ...rest }: Partial<SessionDraft> = changes
  const draft = {
    realm: 'default',
    kind: 'login' as const,
    lifetime: DAY,
    device: {},
    ...rest,
    ...('userId' in changes && !changes.userId ? {} : { userId }),
  }
  made += 1
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const id = newSessionId({ random }, draft)
  return { id, tokenHash: `${String(made).padStart(42, 'A')}A` as SecretHash, ...draft }
}

function workbench(store: SessionStore, wait: (milliseconds: number) => void): Workbench {
  async function kept(id: string): Promise<SessionRecord> {
    const found = await store.find(id)
    assert.ok(found, `${id} is kept`)
    return found.record
  }

  return {
    store,
    wait,
    kept,
    async begin(draft, guards) {
      const inserted = await store.insert(draftOf(draft), { by: TESTER, ...guards })
      assert.ok(inserted.ok, `the session is begun, not refused: ${JSON.stringify(inserted)}`)
      return inserted
    },
    async attempt(draft, guards) {
      const inserted = await store.insert(draftOf(draft), { by: TESTER, ...guards })
      return inserted.ok ? 'begun' : inserted.code
    },
    reasonOf: async (id) => (await kept(id)).ending?.reason,
    async liveIds(userId = 'ada') {
      const { items } = await store.list({ userId, limit: 200 })
      return items.map(({ id }) => id)
    },
    async history() {
      const { events } = await store.read('0', 1_000)
      return events
    },
  }
}
