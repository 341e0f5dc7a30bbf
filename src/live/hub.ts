/**
 * The hub: holds lines open for as long as their sessions live, and not a moment longer.
 *
 * Every line is a session that is issued, listed and ended like any other. What ends it may happen on any node; this one
 * hears of it from the journal, and cuts the line. Where it may have missed something it looks again; and where it was
 * not heard of for so long that others ended its lines, it cuts them all.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { RollcallEvent } from '../core/events.ts'
import { blockOf } from '../core/network.ts'
import { endingOf } from '../core/policy.ts'
import type { Ending, EndReason } from '../core/session.ts'
import { arrivals } from './arrivals.ts'
import type { Channel, Hub, HubOptions, Line, LineRequest } from './contract.ts'
import { endings } from './endings.ts'
import { type HeldLine, heldLines } from './held-lines.ts'
import { orphans } from './orphans.ts'
import { places } from './places.ts'

/** Lines that are cut or looked at between two turns of the event loop, so that requests and new connections get in between. */
const SLICE = 20

/** How long before a mass ending a line has to have begun to be over for sure: clocks of a cluster differ. In milliseconds. */
const DOUBT = 1_000

/** How long to wait before the store is asked again about a line that it could not tell of, in milliseconds. */
const PAUSE = 1_000

/** Makes a hub over an engine. Close it before the engine. */
export function createHub({
  sessions,
  env,
  linesPerSession = 32,
  linesPerAddress = 256,
  report = () => undefined,
}: HubOptions): Hub {
  const held = heldLines()
  const taken = places({ login: linesPerSession, address: linesPerAddress })
  const owed = endings(sessions, env, report)
  const opening = arrivals()
  const underWay = new Set<Promise<Line>>()
  const unheld = orphans({
    env,
    isHeld: (id) => held.get(id) !== undefined,
    underWay: () => underWay,
    end: (session) => owed.add(session, 'closed'),
  })
  let closed = false

  const deafen = [
    sessions.on('session.created', ({ session }) => {
      if (session.node === sessions.nodes.own.id) unheld.created(session)
    }),
    sessions.on('session.ended', (event) => hearEnded(event)),
    sessions.on('sessions.ended', (event) => hearAllEnded(event)),
    sessions.onGap(hearGap),
    sessions.onLapse(lose),
  ]

  function hearEnded({ session, at, reason, by }: RollcallEvent<'session.ended'>): void {
    const ending = session.ending ?? { at, reason, by }
    opening.ended(session.id, ending)
    const line = held.get(session.id)
    if (line !== undefined) cut(line, ending)
    if (session.kind === 'login') cutAll(held.underParent(session.id), ending)
  }

  /** What began well before that moment is over. What began about then is for the store to say. */
  function hearAllEnded(event: RollcallEvent<'sessions.ended'>): void {
    const { at, reason, by } = event
    opening.scopeEnded(event)
    const { sure = [], doubtful = [] } = Object.groupBy(held.within(event), ({ session }) =>
      session.issuedAt < at - DOUBT ? 'sure' : 'doubtful',
    )
    cutAll(sure, { at, reason, by })
    if (doubtful.length > 0) sessions.delayReceipts(inSlices(doubtful, look))
  }

  /** Something may have ended that nobody told of here: of what is held, and of what is being opened. */
  function hearGap(): void {
    opening.missed()
    sessions.delayReceipts(inSlices(held.all(), look))
  }

  function cutAll(lines: readonly HeldLine[], ending: Ending): void {
    const work = inSlices(lines, (line) => cut(line, ending))
    if (lines.length > SLICE) sessions.delayReceipts(work)
  }

  /** Cuts a line that is still open. Whoever ended its session has written that. */
  function cut(line: HeldLine, ending: Ending): void {
    if (drop(line)) tell(line, (channel) => channel.cut(ending))
  }

  /** Looks whether a line's session still lives, and cuts the line if it does not: again until the store tells. */
  async function look(line: HeldLine): Promise<void> {
    for (let tries = 1; held.get(line.session.id) === line; tries++) {
      try {
        const ending = await findEnding(line.session.id)
        if (ending !== undefined) cut(line, ending)
        return
      } catch (fault) {
        if (tries === 1) report(fault)
        await after(PAUSE)
      }
    }
  }

  async function findEnding(id: string): Promise<Ending | undefined> {
    const session = await sessions.get(id)
    const now = await sessions.now()
    return session === undefined ? lostAt(now) : endingOf(session, now)
  }

  function after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void env.after(milliseconds, resolve))
  }

  /** Others have ended these lines, or will have: says so to each, and makes it true where there is nobody else. */
  function lose(): void {
    const ending = lostAt(env.now())
    for (const line of held.all()) owed.add(line.session, ending.reason)
    void inSlices(held.all(), (line) => cut(line, ending))
  }

  function drop(line: HeldLine): boolean {
    if (!held.remove(line)) return false
    taken.leave(line.place)
    return true
  }

  function inSlices(lines: readonly HeldLine[], work: (line: HeldLine) => unknown): Promise<void> {
    return new Promise((resolve) => {
      const slice = async (start: number): Promise<void> => {
        const some = lines.slice(start, start + SLICE)
        await Promise.all(some.map(async (line) => work(line))).catch(report)
        if (start + SLICE >= lines.length) resolve()
        else env.after(0, () => void slice(start + SLICE))
      }
      void slice(0)
    })
  }

  function lineOf(line: HeldLine): Line {
    return {
      session: line.session,
      closed(reason: EndReason = 'closed') {
        if (drop(line)) owed.add(line.session, reason)
      },
      active() {
        sessions.active(line.session.id)
        if (line.session.parentId !== undefined) sessions.active(line.session.parentId)
      },
    }
  }

  async function open({ address, ...request }: LineRequest, channel: Channel): Promise<Line> {
    const from = address ?? request.device?.ip
    const place = { login: request.parentId, address: from && (blockOf(from) ?? from) }
    taken.take(place)
    const arrival = opening.begin()
    try {
      await owed.makeWay(request)
      const { session } = await sessions.open(request)
      const line: HeldLine = { session, channel, place }
      held.add(line)
      const over = arrival.endingOf(session)
      if (over !== undefined) env.after(0, () => cut(line, over))
      else if (arrival.isDoubtful(session)) env.after(0, () => void look(line))
      return lineOf(line)
    } catch (fault) {
      taken.leave(place)
      unheld.failed(fault)
      throw fault
    } finally {
      arrival.done()
    }
  }

  return {
    async open(request, channel) {
      if (closed) throw new RollcallError('busy', 'This node stops. Come back: another one takes over.')
      const line = open(request, channel)
      underWay.add(line)
      return line.finally(() => underWay.delete(line))
    },

    lines: () => held.size,
    has: (id) => held.get(id) !== undefined,

    async close() {
      closed = true
      for (const stop of deafen) stop()
      for (const line of held.all()) release(line)
      if (underWay.size > 0) {
        await Promise.allSettled(underWay)
        await after(0)
        for (const line of held.all()) release(line)
      }
      await owed.flush()
      owed.close()
    },
  }

  function release(line: HeldLine): void {
    if (!drop(line)) return
    owed.add(line.session, 'closed')
    tell(line, (channel) => channel.release())
  }

  function tell({ channel }: HeldLine, say: (channel: Channel) => void): void {
    try {
      say(channel)
    } catch (fault) {
      report(fault)
    }
  }
}

function lostAt(at: number): Ending {
  return { at, reason: 'node-lost', by: { kind: 'system', id: 'nodes' } }
}
