/**
 * The breaker: no waiting for a store that is away.
 *
 * It opens within a second of the store failing or hanging; while it is open, every call is refused at once, and the
 * store is asked for the time until it answers. It never answers in the store's place.
 *
 * @module
 */
import { surround } from '../core/around.ts'
import type { Cancel, Env } from '../core/env.ts'
import { isRollcallError, RollcallError } from '../core/errors.ts'
import type { SessionStore } from '../core/store.ts'

/** A store behind a breaker. */
export interface Breaker {
  readonly store: SessionStore

  /** `open` while calls are refused. */
  state(): 'closed' | 'open'

  /** Writes of which it is not known whether they took effect. */
  unknownOutcomes(): number

  /** Stops looking after the store. */
  close(): void
}

/** What a breaker goes by. */
export interface BreakerOptions {
  readonly store: SessionStore
  readonly env: Env

  /** Called when it opens, with what the store failed with, and when it has closed again. */
  readonly opened?: (fault: unknown) => void
  readonly closed?: () => void

  /** Calls under way at the most; ends and leases may go an eighth beyond. 4,096. */
  readonly most?: number

  /** How long the store itself is patient, in milliseconds: nothing is given up before twice that. */
  readonly patience?: number
}

/** Failures without an answer in between that are suspicious. Some of what is asked may fail where the rest does not. */
const FAILURES_IN_A_ROW = 3

/** In milliseconds: how often calls under way are looked at; how long without any answer is suspicious, and how long a suspect may take to say the time. */
const LOOK = 100
const SUSPICIOUS = 350
const PATIENCE = 400

/** Patience is measured out in so many parts, of which a process that stood still for however long has lost one. */
const PARTS = 4

/** After this long a call is given up, even if the store answers others; later where the store is more patient. */
const LONGEST = 10_000

/** How long after a failed probe comes the next, in milliseconds: from, and at the most. */
const PROBE_AFTER = 100
const PROBE_LATEST = 1_000

/** Puts a breaker around a store. */
export function breaker({ store, env, opened, closed, most = 4_096, patience = 0 }: BreakerOptions): Breaker {
  const longest = Math.max(LONGEST, 2 * patience)
  const underWay = new Set<Call>()
  let open = false
  let failures = 0
  let unknown = 0
  let answeredAt = env.monotonic()
  let watching = false
  let lookAt = 0
  let overslept = false
  let probing = false
  let stopped = false
  let pause = PROBE_AFTER
  let cancel: Cancel = () => undefined
  let stopWatching: Cancel = () => undefined
  let stopProbing: Cancel = () => undefined

  function around(operation: string, work: () => unknown): unknown {
    const kind = OPERATIONS[operation]
    if (kind === undefined) return work()
    if (open) return Promise.reject(away())
    if (underWay.size >= (URGENT.has(operation) ? most * 1.125 : most)) return Promise.reject(busy())
    return new Promise((resolve, reject) => {
      const call: Call = { kind, sentAt: env.monotonic(), reject }
      underWay.add(call)
      watch()
      Promise.resolve(work()).then(
        (answer) => {
          if (!underWay.delete(call)) return
          answered()
          resolve(answer)
        },
        (fault) => {
          if (!underWay.delete(call)) return
          judge(fault)
          reject(fault)
        },
      )
    })
  }

  function answered(): void {
    failures = 0
    answeredAt = env.monotonic()
  }

  /** A refusal is an answer. What the store does not say of itself is nobody's fault here. */
  function judge(fault: unknown): void {
    if (isRollcallError(fault, 'outcome-unknown')) unknown += 1
    else if (isRollcallError(fault, 'store-unavailable')) {
      failures += 1
      if (failures >= FAILURES_IN_A_ROW && !open && !probing) probe()
    } else if (isRollcallError(fault)) answered()
  }

  function watch(): void {
    if (watching || stopped) return
    watching = true
    lookAt = env.monotonic() + LOOK
    stopWatching = env.after(LOOK, look)
  }

  /** Judges what is under way; not right after this process stood still, when answers wait here to be read. */
  function look(): void {
    watching = false
    const now = env.monotonic()
    overslept = !overslept && now - lookAt > LOOK
    if (!overslept) giveUpBefore(now - longest)
    const [oldest] = underWay
    if (oldest === undefined) return
    if (!overslept && !open && !probing && now - Math.max(oldest.sentAt, answeredAt) >= SUSPICIOUS) probe()
    watch()
  }

  function giveUpBefore(moment: number): void {
    for (const call of underWay) {
      if (call.sentAt > moment) return
      giveUp(call)
    }
  }

  function giveUp(call: Call): void {
    underWay.delete(call)
    if (call.kind === 'write') unknown += 1
    call.reject(call.kind === 'write' ? lost() : away())
  }

  /** Asks the store for the time: whoever says it in time is there. */
  function probe(): void {
    probing = true
    let heard = false
    const hear = (fault?: unknown): void => {
      if (heard || stopped) return
      heard = true
      probing = false
      stopProbing()
      if (fault === undefined) mend()
      else trip(fault)
    }
    const waitOn = (parts: number): void => {
      stopProbing = env.after(PATIENCE / PARTS, () => (parts > 1 ? waitOn(parts - 1) : hear(away())))
    }
    waitOn(PARTS)
    store.now().then(
      () => hear(),
      (fault) => hear(fault ?? away()),
    )
  }

  function trip(fault: unknown): void {
    if (stopped) return
    const already = open
    open = true
    for (const call of underWay) giveUp(call)
    pause = already ? Math.min(PROBE_LATEST, pause * 2) : PROBE_AFTER
    cancel()
    cancel = env.after(pause, probe)
    if (!already) opened?.(fault)
  }

  function mend(): void {
    answered()
    if (!open) return
    open = false
    cancel()
    closed?.()
  }

  const nodes = store.nodes && surround(store.nodes, around)
  return {
    store: { ...surround(store, around), ...(nodes && { nodes }) },
    state: () => (open ? 'open' : 'closed'),
    unknownOutcomes: () => unknown,
    close() {
      stopped = true
      for (const stop of [cancel, stopWatching, stopProbing]) stop()
    },
  }
}

/** Tells whether a fault is only that the breaker is open, of which whoever looks after it has been told. */
export function isRefusalOfBreaker(fault: unknown): boolean {
  return isRollcallError(fault, 'store-unavailable') && fault.message === AWAY
}

interface Call {
  readonly kind: Kind
  readonly sentAt: number
  readonly reject: (fault: unknown) => void
}

type Kind = 'read' | 'write'

/** Every operation that is guarded, of stores and of registries of nodes. */
const OPERATIONS: Readonly<Record<string, Kind>> = {
  now: 'read',
  find: 'read',
  list: 'read',
  count: 'read',
  stranded: 'read',
  findUser: 'read',
  listUsers: 'read',
  listDenials: 'read',
  findKey: 'read',
  listKeys: 'read',
  read: 'read',
  insert: 'write',
  replace: 'write',
  rotate: 'write',
  touch: 'write',
  end: 'write',
  advanceEpoch: 'write',
  tidy: 'write',
  expire: 'write',
  eraseSalts: 'write',
  sweep: 'write',
  updateUser: 'write',
  liftDenial: 'write',
  insertKey: 'write',
  withdrawKey: 'write',
  trim: 'write',
  renew: 'read',
  leave: 'read',
  dropLost: 'read',
}

/** What is refused last where there is too much to do: ends, and what the lease rests on. */
const URGENT: ReadonlySet<string> = new Set(['end', 'advanceEpoch', 'updateUser', 'read', 'renew', 'now'])

const AWAY = 'The store does not answer. This node keeps asking, and serves again as soon as it does.'

function away(): RollcallError {
  return new RollcallError('store-unavailable', AWAY, { retryAfter: 1 })
}

function busy(): RollcallError {
  return new RollcallError('store-unavailable', 'The store has more to do than it can. Try again shortly.', {
    retryAfter: 1,
  })
}

function lost(): RollcallError {
  return new RollcallError(
    'outcome-unknown',
    'The store stopped answering before it said whether this took effect. Look, or ask for the same end again: that is safe.',
    { retryAfter: 1 },
  )
}
