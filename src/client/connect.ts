/**
 * A line to a server that says at once when a session is over, and outlives its connections until then.
 *
 * @module
 */
import type { EndReason } from '../core/session.ts'
import type { LastFrame, LiveFrame } from '../protocol/live-frames.ts'
import type { WireSession } from '../protocol/shapes.ts'
import { type ClientOptions, readUrl } from './client.ts'
import { overEvents, overWebSocket, type Transport } from './line-transports.ts'
import { isProblem, type RollcallProblem } from './problem.ts'
import { unreachable } from './read-problem.ts'
import type { Connection } from './request.ts'
import { mayPass, pauseAfter, sleep } from './retry.ts'

/** How a session ended. */
export interface LineEnding {
  readonly reason: EndReason

  /** When, in RFC 3339. */
  readonly at: string

  /** Where somebody decided it: what kind of somebody. */
  readonly by?: 'user' | 'key' | 'system'
}

/** How a line stands. `ended`, `refused` and `closed` are for good. */
export type LineState = 'connecting' | 'open' | 'waiting' | 'ended' | 'refused' | 'closed'

/** What to connect to, and who hears of it. */
export interface ConnectOptions extends Pick<ClientOptions, 'url' | 'token' | 'credentials' | 'fetch'> {
  /** What the line is attached to, a path. */
  readonly resource?: string

  /** A name that only one live connection of that resource may hold. */
  readonly name?: string

  /**
   * A WebSocket where there is one, unless told otherwise; where it does not open, a stream of events is tried at once, which
   * passes where WebSockets do not and tells why it is refused.
   */
  readonly transport?: 'websocket' | 'event-stream'

  /** Used instead of the platform's. */
  readonly WebSocket?: typeof WebSocket

  /** The first pause before it connects again, and the longest, in milliseconds; each is a random part of it. 250, 30,000. */
  readonly firstPause?: number
  readonly longestPause?: number

  /** Hears, once, that the session is over. Nothing is heard after it. */
  readonly onEnded: (ending: LineEnding) => void

  /** Hears of each time that the line opens, with the session that stands for it. */
  readonly onOpen?: (session: WireSession) => void

  /** Hears how the line stands; while it waits or where it was refused, also why. */
  readonly onState?: (state: LineState, problem?: RollcallProblem) => void
}

/** A line. */
export interface LiveLine {
  readonly state: LineState

  /** Says that somebody is there: counts as activity, once a second at the most. */
  active(): void

  /** Closes it. Nothing is heard after that. */
  close(): void
}

/**
 * Opens a line, and keeps it open: a lost connection is made again, after pauses that grow; at once where a node stops that
 * held it for a second at the least.
 * It stops for good when the session is over, or when the token is refused (401, 403).
 *
 * @throws TypeError for a URL that cannot be used
 *
 * @example
 * ```ts
 * const line = connect({ url: '', onEnded: ({ reason }) => location.assign(`/signed-out?why=${reason}`) })
 * addEventListener('pointerdown', () => line.active())
 * ```
 */
export function connect(options: ConnectOptions): LiveLine {
  const { resource, name, onEnded, onOpen, onState, firstPause = 250, longestPause = 30_000 } = options
  const connection = connectionOf(options)
  const over = new AbortController()
  const transports = transportsOf(options)
  let state: LineState = 'connecting'
  let tell: (() => void) | undefined
  let told = Number.NEGATIVE_INFINITY

  function become(next: LineState, problem?: RollcallProblem): void {
    if (over.signal.aborted) return
    state = next
    if (FINAL.has(next)) over.abort()
    onState?.(next, problem)
  }

  /** Holds the line until it is lost. Answers what was said last, and why it was lost. */
  async function hold(transport: Transport): Promise<Held> {
    let opened = false
    let last: LastFrame | undefined
    const hear = (frame: LiveFrame): void => {
      if (over.signal.aborted) return
      if (frame.type === 'ended' || frame.type === 'reconnect') last = frame
      if (frame.type !== 'opened') return
      opened = true
      become('open')
      onOpen?.(frame.session)
    }
    const query = { resource, name }
    const canTell = (how: () => void): void => {
      tell = how
    }
    const problem = await transport({
      connection,
      query,
      hear,
      canTell,
      signal: over.signal,
      silence: SILENCE,
    })
    tell = undefined
    return { opened, last, problem }
  }

  /** Tries the ways there are, until one opens the line. */
  async function holdSomehow(): Promise<Held> {
    let held: Held | undefined
    for (const transport of transports) {
      held = await hold(transport).catch((fault: unknown) => lostBy(fault))
      if (held.opened || held.last !== undefined || over.signal.aborted) break
    }
    if (held === undefined) throw new TypeError('There is no way to connect.')
    return held
  }

  async function run(): Promise<void> {
    for (let failures = 0; !over.signal.aborted; ) {
      become('connecting')
      const began = performance.now()
      const held = await holdSomehow()
      settle(held)
      if (over.signal.aborted) return
      failures = held.opened ? 1 : failures + 1
      become('waiting', held.problem)
      const pauses = { first: firstPause, longest: longestPause }
      const isSentOn = held.last !== undefined && performance.now() - began >= BRIEF
      if (!isSentOn) await sleep(pauseAfter(held.problem, failures, pauses), over.signal)
    }
  }

  /** Makes it the end where it was one. */
  function settle({ last, problem }: Held): void {
    if (over.signal.aborted) return
    const ending = endingOf(last, problem)
    if (ending !== undefined) {
      become('ended')
      onEnded(ending)
    } else if (last === undefined && isForGood(problem)) become('refused', problem)
  }

  run().catch((fault: unknown) => {
    if (!over.signal.aborted) throw fault
  })

  return {
    get state() {
      return state
    },
    active() {
      const now = performance.now()
      if (tell === undefined || now - told < 1_000) return
      told = now
      tell()
    },
    close: () => become('closed'),
  }
}

interface Held {
  readonly opened: boolean
  readonly last: LastFrame | undefined
  readonly problem: RollcallProblem
}

function lostBy(fault: unknown): Held {
  return { opened: false, last: undefined, problem: unreachable(fault) }
}

const FINAL = new Set<LineState>(['ended', 'refused', 'closed'])

/** A line that lasted no longer than this, in milliseconds, is not made again at once, whatever was said last. */
const BRIEF = 1_000

/** The longest silence until the server has said how often it speaks, in milliseconds: three beats. */
const SILENCE = 45_000

function endingOf(last: LastFrame | undefined, problem: RollcallProblem): LineEnding | undefined {
  if (last?.type === 'ended') {
    const { type: _type, ...ending } = last
    return ending
  }
  const { reason, endedAt } = problem.details
  if (!isProblem(problem, 'session-ended') || reason === undefined) return undefined
  return { reason, at: endedAt ?? new Date().toISOString() }
}

/** What does not pass by itself; that a name is taken or a limit reached may. */
function isForGood(problem: RollcallProblem): boolean {
  return !mayPass(problem) && problem.status !== 409 && problem.code !== 'unexpected-answer'
}

function transportsOf({ transport, WebSocket: own }: ConnectOptions): readonly Transport[] {
  const Socket = own ?? globalThis.WebSocket
  return transport === 'event-stream' || Socket === undefined
    ? [overEvents]
    : [overWebSocket(Socket), overEvents]
}

function connectionOf({ url, token, credentials = 'same-origin', fetch }: ConnectOptions): Connection {
  return {
    base: readUrl(url),
    fetch: fetch ?? ((at, init) => globalThis.fetch(at, init)),
    credentials,
    timeout: SILENCE,
    retries: 0,
    bearer: typeof token === 'function' ? token : () => token,
  }
}
