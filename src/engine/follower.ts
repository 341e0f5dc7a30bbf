/**
 * Following the journal: what happened anywhere reaches this node, and earns it its lease. A node that cannot read
 * cannot vouch.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import type { EventType, RollcallEvent, Unsubscribe } from '../core/events.ts'
import type { Journal, JournalPage } from '../core/store.ts'

/** Reads the journal as it grows. */
export interface Follower {
  /** A lower bound of the store's time at a moment of the monotonic clock, in milliseconds. */
  storeTime(monotonic: number): number

  /** When, on the monotonic clock, it last asked for all of the journal and got it; undefined before the first time. */
  readAt(): number | undefined

  /** How far it has read, and acted on what it read; undefined before the first time. */
  position(): string | undefined

  /** How much the store's clock is ahead of this machine's, about, in milliseconds; undefined before the first read. */
  clockOffset(): number | undefined

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

  /** How often to read, in milliseconds, where nothing says that there is something to read. */
  readonly every: number

  /** Called with each event before any listener hears of it. */
  readonly apply: (event: RollcallEvent) => void

  /**
   * Called where this node knows nothing of what happened before: with the first read, and when the journal no longer
   * reaches back to where it was.
   */
  readonly reset: () => void

  /** Called when entries were read and acted on; `sentAt` is when all of the journal was asked for, if that was got. */
  readonly heard: (events: readonly RollcallEvent[], sentAt: number | undefined) => void

  /** Told of faults that nobody waits for. */
  readonly report: (fault: unknown) => void
}

/** Entries that are read at a time. Few: what is read at once is heard of at once, and verifying waits for that. */
const PAGE = 50

/** Starts to follow from the present on. */
export function follow({ journal, env, every, apply, reset, heard, report }: FollowerOptions): Follower {
  const listeners = new Set<(event: RollcallEvent) => void>()
  let position: string | undefined
  let clockOffset: number | undefined
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
      const wall = env.now()
      const page = await journal.read(position, PAGE)
      if (closed) return
      clockOffset = page.at - (wall + env.now()) / 2
      take(page, sentAt)
      if (page.events.length < PAGE) return
    }
  }

  function take(page: JournalPage, sentAt: number): void {
    offset = page.at - env.monotonic()
    if (page.forgotten || position === undefined) reset()
    for (const event of page.events) {
      apply(event)
      tell(event)
    }
    position = page.position
    const latest = page.events.at(-1)
    if (latest !== undefined) lag = page.at - latest.at
    const complete = page.events.length < PAGE
    if (complete) readAt = sentAt
    heard(page.events, complete ? sentAt : undefined)
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
    storeTime: (monotonic) => monotonic + offset,
    readAt: () => readAt,
    position: () => position,
    clockOffset: () => clockOffset,
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
