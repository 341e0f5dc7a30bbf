/**
 * Whether somebody who watches at a media server may: by the sessions there are and were, and by who is kept out.
 *
 * @module
 */
import { type FailureCode, RollcallError } from '../../core/errors.ts'
import type { Session, SessionData } from '../../core/session.ts'
import { firstSession } from '../../engine/every-session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Viewer } from './contract.ts'
import { isUntaken, take } from './issued.ts'
import { markIn, serverOf } from './marks.ts'
import { WATCHER, wasEnded } from './words.ts'

/** What it takes to tell. */
export interface EntranceParts {
  readonly server: string
  readonly sessions: Pick<SessionManager, 'issue' | 'update' | 'list' | 'now'>
  readonly realm: string

  /** Whether the server said that it ended the playback of that session. */
  readonly wasCut: (sessionId: string) => boolean
}

/** Whom the server lets watch, and this may not. */
export interface Entrance {
  /** Gives somebody who has none a session, or finds that they may have none, and which ended one stands in the way. */
  enter(viewer: Viewer): Promise<Entered>

  /** Whether a live session of the same resource and name stands for that very playback. */
  isOf(session: Session, viewer: Viewer): boolean
}

/** What came of it. */
export type Entered = { readonly session: Session } | { readonly refused: true; readonly over?: Session }

/** How long a name that was ended here stands for the same playback, where the server tells names only; in milliseconds. */
const SAME_PLAYBACK = 60_000

/** What keeps somebody out, a name that no session can have included; any other failure is a fault. */
const REFUSALS: readonly FailureCode[] = ['denied', 'user-banned', 'limit-reached', 'bad-request']

/** Longest silence of such a session: the server says when it is over. */
const IDLE = '36500d'

/** Makes an entrance. */
export function entrance({ server, sessions, realm, wasCut }: EntranceParts): Entrance {
  /** The session of this very playback that somebody ended, if there is one. */
  async function endedOne(viewer: Viewer): Promise<Session | undefined> {
    const { resource, name, mark } = viewer
    const query = { realm, kind: 'playback', resource, name, status: 'ended' } as const
    const [now, { items }] = await Promise.all([sessions.now(), sessions.list({ ...query, limit: 5 })])
    const mine = items.filter((each) => each.ending !== undefined && serverOf(each) === server)
    const same =
      mark === undefined
        ? mine.slice(0, 1).filter(({ id, ending }) => !wasCut(id) && (ending?.at ?? 0) > now - SAME_PLAYBACK)
        : mine.filter((each) => markIn(each) === mark)
    return same.find(({ ending }) => ending !== undefined && wasEnded(ending))
  }

  async function holderOf({ resource, name }: Viewer): Promise<Session> {
    const holder = await firstSession(sessions, { realm, kind: 'playback', resource, name })
    if (holder !== undefined) return holder
    throw new RollcallError(
      'conflict',
      'The name of a viewer was taken and let go at once. It is looked at again.',
    )
  }

  function isOf(session: Session, { mark }: Viewer): boolean {
    const own = markIn(session)
    return mark === undefined || own === undefined || own === mark
  }

  function dataOf({ mark }: Viewer): SessionData {
    return { mediaServer: server, ...(mark !== undefined && { viewer: mark }) }
  }

  async function issue(viewer: Viewer): Promise<Entered> {
    const { resource, name, device } = viewer
    const data = dataOf(viewer)
    const kind = 'playback'
    return sessions.issue({ realm, kind, resource, name, device, data, idle: IDLE, by: WATCHER })
  }

  /** What a refusal to issue means; throws what is none. */
  async function explain(fault: unknown, viewer: Viewer): Promise<Entered> {
    if (!(fault instanceof RollcallError)) throw fault
    if (REFUSALS.includes(fault.code)) return { refused: true }
    if (fault.code !== 'name-taken') throw fault
    return join(await holderOf(viewer), viewer)
  }

  /** Has a session that a backend issued stand for whoever came under its name. One that stands for another stays theirs. */
  async function join(holder: Session, viewer: Viewer): Promise<Entered> {
    if (serverOf(holder) === server && isOf(holder, viewer)) return { session: holder }
    return isUntaken(holder) ? take(sessions, holder, dataOf(viewer)) : { refused: true }
  }

  return {
    isOf,
    async enter(viewer) {
      const over = await endedOne(viewer)
      if (over !== undefined) return { refused: true, over }
      return issue(viewer).catch((fault: unknown) => explain(fault, viewer))
    },
  }
}
