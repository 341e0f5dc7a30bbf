/**
 * Following the journal: what happened anywhere reaches this node, and earns it its lease.
 *
 * A node may vouch for what it has at hand until `maxStaleness` after the moment, on its monotonic clock, before it
 * sent its last successful read of the journal. A node that cannot read cannot vouch.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import type { EventType, RollcallEvent, Unsubscribe } from '../core/events.ts'
import type { Journal, JournalPage } from '../core/store.ts'

/** Reads the journal as it grows. */
export interface Follower {
  /** The last moment, on the monotonic clock, at which this node may vouch for what it has at hand. */
  leaseUntil(): number

  /** A lower bound of the store's time at a moment of the monotonic clock, in milliseconds. */
  storeTime(monotonic: number): number

  /** When, on the monotonic clock, it last asked for all of the journal and got it; undefined before the first time. */
  readAt(): number | undefined

  /** How far it has read; undefined before the first time. */
  position(): string | undefined

  /** How old the latest entry was when it was read, in milliseconds of the store's clock. */
  lag(): number

  /** Says that there is something to read. */
  poke(): void
  on<Type extends EventType>(type: Type, listener: (event: RollcallEvent<Type>) => void): Unsubscribe
  onAny(listener: (event: RollcallEvent) => void): Unsubscribe
  close(): Promise<void>
}

/** What a follower needs. */
export interface FollowerOptions {
  readonly journal: Journal
  readonly env: Env

  /** In milliseconds; 0 gives no lease at all. */
  readonly maxStaleness: number

  /** Called with each event before any listener hears of it. */
  readonly apply: (event: RollcallEvent) => void

  /** Called when the journal no longer reaches back to where this node was. */
  readonly reset: () => void

  /** Told of faults that nobody waits for. */
  readonly report: (fault: unknown) => void
}

/** Entries that are read at a time. Few: what is read at once is heard of at once, and verifying waits for that. */
const PAGE = 50
const SLOWEST_READ = 250
const FASTEST_READ = 5

/** Starts to follow from the present on. */
export function follow({ journal, env, maxStaleness, apply, reset, report }: FollowerOptions): Follower {
  const listeners = new Set<(event: RollcallEvent) => void>()
  const every = Math.max(FASTEST_READ, Math.min(SLOWEST_READ, maxStaleness / 4 || SLOWEST_READ))
  let position: string | undefined
  let leaseUntil = Number.NEGATIVE_INFINITY
  let offset = Number.NEGATIVE_INFINITY
  let readAt: number | undefined
  let lag = 0
  let reading: Promise<void> | undefined
  let again = false
  let closed = false
  let cancel = env.after(0, read)

  function read(): void {
    again = reading !== undefined
    if (closed || reading !== undefined) return
    cancel()
    reading = readAll()
      .catch(report)
      .finally(() => {
        reading = undefined
        if (!closed) cancel = env.after(again ? 0 : every, read)
      })
  }

  async function readAll(): Promise<void> {
    for (;;) {
      const sentAt = env.monotonic()
      const page = await journal.read(position, PAGE)
      if (closed) return
      take(page, sentAt)
      if (page.events.length < PAGE) return
    }
  }

  function take(page: JournalPage, sentAt: number): void {
    offset = page.at - env.monotonic()
    if (page.forgotten) reset()
    for (const event of page.events) {
      apply(event)
      tell(event)
    }
    position = page.position
    const latest = page.events.at(-1)
    if (latest !== undefined) lag = page.at - latest.at
    if (page.events.length === PAGE) return
    readAt = sentAt
    if (maxStaleness > 0) leaseUntil = sentAt + maxStaleness
  }

  function tell(event: RollcallEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (fault) {
        report(fault)
      }
    }
  }

  function listen(listener: (event: RollcallEvent) => void): Unsubscribe {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    leaseUntil: () => leaseUntil,
    storeTime: (monotonic) => monotonic + offset,
    readAt: () => readAt,
    position: () => position,
    lag: () => lag,
    poke: read,

    on: (type, listener) =>
      listen((event) => {
        if (isOfType(event, type)) listener(event)
      }),
    onAny: (listener) => listen((event) => listener(event)),

    async close() {
      closed = true
      cancel()
      await reading
    },
  }
}

function isOfType<Type extends EventType>(
  event: { readonly type: EventType },
  type: Type,
): event is RollcallEvent<Type> {
  return event.type === type
}
