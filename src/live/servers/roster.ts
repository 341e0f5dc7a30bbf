/**
 * The live sessions of those who watch at one media server, kept at hand from what the journal tells.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import { serverOf } from './marks.ts'

/** Which sessions are on it. */
export interface RosterParts {
  readonly sessions: Pick<SessionManager, 'list' | 'on' | 'onGap'>
  readonly server: string
  readonly realm: string
}

/** A list that follows the journal. */
export interface Roster {
  /** Everyone on it. The store is asked only where this node may have missed something. */
  all(): Promise<readonly Session[]>

  /** Puts a session on it before the journal tells. */
  add(session: Session): void

  /** Takes one off it before the journal tells. */
  remove(id: string): void
  close(): void
}

/** A list that is being read while things happen. */
interface Reading {
  readonly found: Map<string, Session>
  readonly gone: Set<string>
  stale: boolean
}

/** How many sessions are asked for at once. */
const PAGE = 200

/** Makes one. It asks nothing until it is asked. */
export function roster({ sessions, server, realm }: RosterParts): Roster {
  let known: Map<string, Session> | undefined
  let reading: Reading | undefined

  function add(session: Session): void {
    if (session.realm !== realm || serverOf(session) !== server) return
    known?.set(session.id, session)
    if (reading?.gone.has(session.id) === false) reading.found.set(session.id, session)
  }

  function remove(id: string): void {
    known?.delete(id)
    reading?.found.delete(id)
    reading?.gone.add(id)
  }

  function forget(): void {
    known = undefined
    if (reading !== undefined) reading.stale = true
  }

  /** Reads all of it. What happens from the moment that it is known on is written on it at once. */
  async function read(): Promise<Map<string, Session>> {
    const turn: Reading = { found: new Map(), gone: new Set(), stale: false }
    reading = turn
    try {
      await fill(turn)
      if (!turn.stale) known = turn.found
    } finally {
      if (reading === turn) reading = undefined
    }
    return turn.stale ? read() : turn.found
  }

  async function fill(turn: Reading): Promise<void> {
    let cursor: string | undefined
    do {
      const page = await sessions.list({
        realm,
        kind: 'playback',
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      })
      for (const each of page.items) add(each)
      cursor = page.nextCursor
    } while (cursor !== undefined && !turn.stale)
  }

  const deafen = [
    sessions.on('session.created', ({ session }) => add(session)),
    sessions.on('session.updated', ({ session }) => add(session)),
    sessions.on('session.ended', ({ session }) => remove(session.id)),
    sessions.onGap(forget),
  ]

  return {
    async all() {
      const all = known ?? (await read())
      return [...all.values()]
    },
    add,
    remove,
    close() {
      for (const stop of deafen) stop()
    },
  }
}
