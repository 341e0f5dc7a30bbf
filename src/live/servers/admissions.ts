/**
 * Answering OvenMediaEngine's AdmissionWebhooks: who may play or publish there, and for how long.
 *
 * Whoever is let in to play has a playback here, which no node holds: it ends when OvenMediaEngine says that they are
 * gone, and with its lifetime at the latest. Everything that tells one playback from another is in the store, so that any
 * node may be asked.
 *
 * @module
 */
import type { Env } from '../../core/env.ts'
import { type FailureCode, isRollcallError } from '../../core/errors.ts'
import type { Session } from '../../core/session.ts'
import { firstSession } from '../../engine/every-session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { AdmissionCall } from './admission-calls.ts'
import { early } from './early.ts'
import { isUntaken, take } from './issued.ts'
import { markIn, markOf, usableName, uuidOf } from './marks.ts'
import { takingTurns } from './turns.ts'
import { WATCHER, wasEnded } from './words.ts'

/** What may be let in: playing by WebRTC with any name, publishing, playing by other protocols. */
export const ADMITTED: readonly string[] = ['play', 'publish', 'llhls', 'srt', 'thumbnail']

/** How to answer. */
export interface AdmissionOptions {
  readonly sessions: SessionManager
  readonly env: Env
  readonly realm: string

  /** What is let in without a session that a backend has issued for it; of {@link ADMITTED}. */
  readonly admit: readonly string[]

  /** Longest life of a playback, in milliseconds: so long does one stay listed whose end was never told. */
  readonly lifetime: number
}

/** The answer, as OvenMediaEngine reads it. To a closing it is empty. */
export type AdmissionAnswer =
  | { readonly allowed: true; readonly lifetime?: number }
  | { readonly allowed: false; readonly reason: string }
  | Readonly<Record<string, never>>

/**
 * Answers a call that came from the virtual host of that name. Asked again, it answers the same.
 *
 * @throws RollcallError `store-unavailable`, and whatever else keeps the store from telling: that keeps them out
 */
export type Admit = (call: AdmissionCall, vhost: string) => Promise<AdmissionAnswer>

/** What a refusal to issue means to whoever asked; any other failure is a fault. */
const REFUSALS: Readonly<Partial<Record<FailureCode, string>>> = {
  denied: 'kept out for a time',
  'user-banned': 'the user is banned',
  'limit-reached': 'as many playbacks as may be',
  'parent-not-live': 'the login that it lived under is over',
  'name-taken': 'somebody plays under this name already',
  'bad-request': 'this cannot be the name of a session or stream',
}

/** Makes it. */
export function admissions({ sessions, env, realm, admit, lifetime }: AdmissionOptions): Admit {
  const gone = early(env)
  const inTurn = takingTurns()

  /** Whoever has the name; else who had it last, as far as the store finds that at once. */
  async function newest({ resource, name }: Place): Promise<Session | undefined> {
    const query = { realm, kind: 'playback', resource, name } as const
    const holder = await firstSession(sessions, query)
    return holder ?? (await sessions.list({ ...query, status: 'any', limit: 1 })).items[0]
  }

  async function open(asked: Asked): Promise<AdmissionAnswer> {
    if (gone.has(asked.mark, asked.time)) return refused('it has left already')
    const last = await newest(asked)
    if (last === undefined) return begin(asked)
    if (last.ending === undefined) return join(last, asked)
    const again = markIn(last) === asked.mark && last.data?.openedAt === asked.time
    const ended = last.userId !== undefined && wasEnded(last.ending)
    if (again || ended) return refused(`the session is over: ${last.ending.reason}`)
    return begin(asked, last)
  }

  /** Lets in where there is a live session of that name: its own, or one that was issued for whoever comes first. */
  async function join(last: Session, asked: Asked): Promise<AdmissionAnswer> {
    if (markIn(last) === asked.mark) return allowed(last)
    if (!isUntaken(last)) return refused(REFUSALS['name-taken'] ?? '')
    return allowed((await take(sessions, last, dataOf(asked))).session)
  }

  /** Begins a playback; of the same user under the same login as the last of that name, who left by themselves. */
  async function begin(asked: Asked, last?: Session): Promise<AdmissionAnswer> {
    const { userId, parentId } = last ?? {}
    if (userId === undefined && !admit.includes('play'))
      return refused('no session was issued under this name')
    const { resource, name, device } = asked
    const own = { kind: 'playback', realm, resource, name, device, data: dataOf(asked), by: WATCHER } as const
    const whose = {
      ...(userId !== undefined && { user: { id: userId } }),
      ...(parentId !== undefined && { parentId }),
    }
    return sessions.issue({ ...own, ...whose, lifetime, idle: lifetime }).then(
      ({ session }) => allowed(session),
      (fault: unknown) => explain(fault, asked),
    )
  }

  /** What a refusal to issue means: it may be that another node was asked the same, and was faster. */
  async function explain(fault: unknown, asked: Asked): Promise<AdmissionAnswer> {
    if (!isRollcallError(fault)) throw fault
    const holder = fault.code === 'name-taken' ? await newest(asked) : undefined
    if (holder !== undefined && holder.ending === undefined && markIn(holder) === asked.mark)
      return allowed(holder)
    const why = REFUSALS[fault.code]
    if (why === undefined) throw fault
    return refused(why)
  }

  async function allowed({ expiresAt, idleExpiresAt = expiresAt }: Session): Promise<AdmissionAnswer> {
    const left = Math.min(expiresAt, idleExpiresAt) - (await sessions.now())
    return left > 0 ? { allowed: true, lifetime: Math.ceil(left) } : refused('the session is over: expired')
  }

  async function close(asked: Asked): Promise<AdmissionAnswer> {
    const last = await newest(asked)
    if (last === undefined || markIn(last) !== asked.mark) gone.add(asked.mark, asked.time)
    else await sessions.end({ realm, id: last.id }, { reason: 'closed', by: WATCHER })
    return {}
  }

  async function play(call: AdmissionCall, vhost: string): Promise<AdmissionAnswer> {
    const opening = call.status === 'opening'
    const mark = markOf(env, 'ome', vhost, call.peer, call.url)
    const name = call.session === undefined ? uuidOf(env, mark) : usableName(call.session)
    if (name === undefined) return opening ? refused(REFUSALS['bad-request'] ?? '') : {}
    const resource = `${vhost}/${call.app}/${call.stream}`
    const asked = { resource, name, mark, time: call.time, device: call.device }
    return inTurn(`${resource}\n${name}`, () => (opening ? open(asked) : close(asked)))
  }

  return async (call, vhost) => {
    const what = call.direction === 'incoming' ? 'publish' : call.protocol
    if (what === 'webrtc') return play(call, vhost)
    if (call.status === 'closing') return {}
    return admit.includes(what) ? { allowed: true } : refused(`"${what}" is not admitted here`)
  }
}

interface Place {
  readonly resource: string
  readonly name: string
}

interface Asked extends Place {
  readonly mark: string
  readonly time: string
  readonly device: AdmissionCall['device']
}

function dataOf({ mark, time }: Asked): Readonly<Record<string, unknown>> {
  return { mediaServer: 'ome', viewer: mark, openedAt: time }
}

function refused(reason: string): AdmissionAnswer {
  return { allowed: false, reason }
}
