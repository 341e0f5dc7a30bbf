/**
 * Keeping the sessions of a media server's viewers as that server is: whoever watches there is listed here, whoever
 * left is not, and whoever was ended here is cut there, again and again until they are gone.
 *
 * What is true is what the server lists. Its events only say that it is worth looking now, so they may be lost,
 * doubled, late and out of order. One node at a time does this, the one that joined first.
 *
 * @module
 */
import type { Cancel, Env } from '../../core/env.ts'
import type { RollcallEvent } from '../../core/events.ts'
import type { Session } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { someAtOnce } from './at-once.ts'
import type { MediaServer, Viewer } from './contract.ts'
import { owedCuts } from './cuts.ts'
import { entrance } from './entrance.ts'
import { beganAt, serverOf } from './marks.ts'
import { roster } from './roster.ts'
import { WATCHER, wasEnded } from './words.ts'

/** What it takes to follow a media server. */
export interface ReconcileOptions {
  readonly server: MediaServer
  readonly sessions: SessionManager
  readonly env: Env

  /** The realm of its sessions. */
  readonly realm: string

  /** How often to look, in milliseconds. 5,000. */
  readonly every?: number

  /** How long sessions stay while the server does not answer, in milliseconds. 30,000. */
  readonly patience?: number

  /** Told of faults that nobody waits for. */
  readonly report?: (fault: unknown) => void
}

/** A media server that is followed. */
export interface Followed {
  readonly server: string

  /** Looks soon: something may have happened there. */
  hint(): void

  /** What was done so far. */
  stats(): FollowedStats

  /** Stops. Sessions stay: another node, or the next start, goes on with them. */
  close(): Promise<void>
}

/** Counts since the start, but for `viewers` and `away`, which are of now. */
export interface FollowedStats {
  /** Viewers that were last listed there; 0 on a node that is not in charge. */
  readonly viewers: number

  /** Playbacks that the server ended when told. */
  readonly cuts: number

  /** Times that it did not. Each is tried again. */
  readonly failedCuts: number

  /** Times that it could not be listed. */
  readonly failedLooks: number

  /** Whether it could not be listed when this last tried. */
  readonly away: boolean
}

/** How soon a hint is followed, in milliseconds; where looks take longer, there is as long a pause between them. */
const BREATH = 50

/** Sessions that one write ends at the most. */
const BATCH = 200

interface Watcher {
  readonly viewer: Viewer
  readonly session: Session
}

/** Begins to follow a media server. */
export function follow({
  server,
  sessions,
  env,
  realm,
  every = 5_000,
  patience = 30_000,
  report = () => undefined,
}: ReconcileOptions): Followed {
  const known = roster({ sessions, server: server.name, realm })
  const cuts = owedCuts(server, report)
  const door = entrance({ server: server.name, sessions, realm, wasCut: cuts.wasCut })
  const over = new Set<string>()
  let here = new Map<string, Watcher>()
  let coming = here
  let failedLooks = 0
  let away = false
  let answered = env.monotonic()
  let cancel: Cancel | undefined
  let looking: Promise<void> | undefined
  let hinted = false
  let closed = false

  const deafen = [
    sessions.on('session.ended', (event) => {
      const { session, at, reason, by } = event
      if (serverOf(session) !== server.name || session.realm !== realm) return
      if (looking !== undefined) over.add(session.id)
      const watcher = here.get(session.id) ?? coming.get(session.id)
      if (watcher !== undefined && wasEnded(session.ending ?? { at, reason, by })) cut(watcher)
      else hinted ||= looking !== undefined
    }),
    sessions.on('sessions.ended', (event) => {
      for (const watcher of [...here.values()]) if (isMeant(watcher.session, event)) cut(watcher)
    }),
  ]

  function cut({ viewer, session }: Watcher): void {
    here.delete(session.id)
    coming.delete(session.id)
    cuts.owe(viewer, session)
  }

  function schedule(milliseconds: number): void {
    cancel?.()
    if (!closed) cancel = env.after(milliseconds, run)
  }

  function run(): void {
    cancel = undefined
    if (looking !== undefined) return
    hinted = false
    const began = env.monotonic()
    looking = look()
      .catch(report)
      .then(() => {
        looking = undefined
        over.clear()
        schedule(hinted ? Math.max(BREATH, env.monotonic() - began) : every)
      })
  }

  async function look(): Promise<void> {
    coming = new Map()
    cuts.begin()
    if (await isInCharge()) await compare()
    else answered = env.monotonic()
    here = coming
  }

  /** Makes the sessions here as the list there is. */
  async function compare(): Promise<void> {
    const began = await sessions.now()
    const viewers = await list()
    if (viewers === undefined) {
      coming = here
      return
    }
    cuts.keep(viewers)
    const rest = new Map((await known.all()).map((session) => [placeOf(session), session]))
    const strangers = viewers.filter((viewer) => {
      const session = rest.get(placeOf(viewer))
      if (session === undefined || !door.isOf(session, viewer)) return true
      rest.delete(placeOf(viewer))
      coming.set(session.id, { viewer, session })
      return false
    })
    await someAtOnce(strangers, enter)
    await leave([...rest.values()].filter((session) => beganAt(session) < began - server.settling))
  }

  /** The node that joined first is in charge: everyone sees the same one, but for a moment. */
  async function isInCharge(): Promise<boolean> {
    const { nodes } = await sessions.nodes.list()
    return nodes[0]?.id === sessions.nodes.own.id
  }

  async function list(): Promise<readonly Viewer[] | undefined> {
    try {
      const viewers = await server.list()
      answered = env.monotonic()
      away = false
      return viewers
    } catch (fault) {
      failedLooks += 1
      if (!away) report(fault)
      away = true
      if (env.monotonic() - answered > patience) await leave(await known.all())
      return undefined
    }
  }

  /** Gives somebody who watches there a session, or has them cut. One that was ended before it came is for the next look. */
  async function enter(viewer: Viewer): Promise<void> {
    if (cuts.isSeenTo(viewer)) return
    const entered = await door.enter(viewer)
    if ('refused' in entered) return cuts.owe(viewer, entered.over)
    if (over.has(entered.session.id)) return
    known.add(entered.session)
    coming.set(entered.session.id, { viewer, session: entered.session })
  }

  /** Ends the sessions of those who left by themselves. */
  async function leave(gone: readonly Session[]): Promise<void> {
    for (let start = 0; start < gone.length; start += BATCH) {
      const ids = gone.slice(start, start + BATCH).map(({ id }) => id)
      await sessions.end({ realm, ids }, { reason: 'closed', by: WATCHER })
      for (const id of ids) known.remove(id)
    }
  }

  schedule(0)
  return {
    server: server.name,
    hint() {
      if (hinted) return
      hinted = true
      if (looking === undefined) schedule(BREATH)
    },
    stats: () => ({ viewers: here.size, failedLooks, away, ...cuts.stats() }),
    async close() {
      closed = true
      cancel?.()
      for (const stop of deafen) stop()
      known.close()
      await looking
    },
  }
}

/** What only one live playback is at a time. */
function placeOf({ resource = '', name = '' }: Pick<Session, 'resource' | 'name'>): string {
  return `${resource}\n${name}`
}

/** Whether a mass ending means a session. What began in the same millisecond is for the store to say, and it does soon. */
function isMeant(session: Session, event: RollcallEvent<'sessions.ended'>): boolean {
  const { realm, userId, except, at } = event
  if (session.realm !== realm || session.issuedAt >= at) return false
  if (userId !== undefined && session.userId !== userId) return false
  return except === undefined || (session.id !== except && session.parentId !== except)
}
