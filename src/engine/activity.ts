/**
 * Activity: exact in memory, written in batches, one write for many.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { diesAt } from '../core/policy.ts'
import type { SessionWrites } from '../core/store.ts'
import type { Instant } from '../core/time.ts'
import type { Entry } from './cache.ts'

/** Notes that sessions were used. */
export interface ActivityLog {
  /** Notes a use at a moment of the monotonic clock. */
  note(entry: Entry, at: number): void

  /** Notes a use of a session that need not be at hand. */
  noteId(id: string, at: number): void

  /** Writes everything noted so far, also what another flush has begun to write. */
  flush(): Promise<void>

  /** Sessions whose use waits to be written. */
  waiting(): number
}

const BATCH = 500

/** Makes a log over a store; `storeTime` turns a moment of the monotonic clock into one of the store's. */
export function activityLog(
  store: SessionWrites,
  env: Env,
  storeTime: (monotonic: number) => number,
): ActivityLog {
  let noted = new Map<string, Entry>()
  let used = new Map<string, number>()
  let flushing: Promise<void> = Promise.resolve()

  return {
    waiting: () => noted.size + used.size,

    noteId(id, at) {
      used.set(id, at)
    },

    note(entry, at) {
      entry.activeAt = at
      if (entry.noted) return
      entry.noted = true
      noted.set(entry.record.id, entry)
    },

    flush() {
      flushing = flushing.then(writeAll, writeAll)
      return flushing
    },
  }

  async function writeAll(): Promise<void> {
    await writeUsed()
    const waiting = [...noted.values()]
    noted = new Map()
    for (let start = 0; start < waiting.length; start += BATCH) {
      try {
        await write(waiting.slice(start, start + BATCH))
      } catch (fault) {
        for (const entry of waiting.slice(start))
          if (!noted.has(entry.record.id)) noted.set(entry.record.id, entry)
        throw fault
      }
    }
  }

  async function writeUsed(): Promise<void> {
    const waiting = [...used]
    used = new Map()
    const now = env.monotonic()
    const activity = waiting.map(([id, at]) => ({ id, ago: Math.round(now - at) }))
    for (let start = 0; start < activity.length; start += BATCH) {
      try {
        await store.touch(activity.slice(start, start + BATCH))
      } catch (fault) {
        for (const [id, at] of waiting.slice(start)) if (!used.has(id)) used.set(id, at)
        throw fault
      }
    }
  }

  async function write(batch: readonly Entry[]): Promise<void> {
    const now = env.monotonic()
    await store.touch(batch.map((entry) => ({ id: entry.record.id, ago: Math.round(now - entry.activeAt) })))
    const reached = storeTime(env.monotonic())
    for (const entry of batch) renew(entry, Math.round(storeTime(entry.activeAt)), reached)
  }
}

/** Moves the silence of an entry on, as the store did; but of one that was over by then, as the store did not. */
function renew(entry: Entry, activeAt: number, reached: Instant): void {
  entry.noted = false
  const { record, live } = entry
  if (activeAt <= record.lastActiveAt || reached >= entry.diesAt) return
  const moved = {
    lastActiveAt: activeAt,
    ...(record.idle !== undefined && { idleExpiresAt: activeAt + record.idle }),
  }
  if (record.parentId === undefined) entry.diesAt = diesAt({ ...record, ...moved })
  entry.record = { ...record, ...moved }
  entry.live = { ok: true, session: { ...live.session, ...moved }, ...(live.user && { user: live.user }) }
}
