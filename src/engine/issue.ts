/**
 * Beginning a session.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import { newSessionId, newUuid } from '../core/id.ts'
import { type Device, SESSION_KINDS, type SessionKind, toSession } from '../core/session.ts'
import {
  AT_LIMITS,
  type Found,
  type Guards,
  type InsertRefused,
  type SessionDraft,
  type SessionReads,
  type SessionWrites,
} from '../core/store.ts'
import { type Duration, toMilliseconds } from '../core/time.ts'
import { hashSecret, newToken } from '../core/token.ts'
import { DEFAULT_REALM, ROLES } from '../core/user.ts'
import { describeDevice } from './device.ts'
import { LIBRARY } from './library.ts'
import type { Issued, IssueRequest, Opened, OpenRequest } from './manager.ts'
import type { Settled } from './settled.ts'
import {
  cleanDevice,
  requireAuthentication,
  requireData,
  requireName,
  requireOneOf,
  requireRealm,
  requireResource,
  requireSessionId,
  requireText,
  requireUserId,
} from './validate.ts'

/** What issuing needs. */
export interface IssueParts {
  readonly store: Pick<SessionReads, 'find'> & Pick<SessionWrites, 'insert'>
  readonly env: Env
  readonly policy: Settled

  /** The id of this node, which holds what it opens. */
  readonly node: string

  /** Told whose sessions gave way, before the answer is given. */
  readonly dropped: (realm: string, userId: string) => void
}

/** The two ways to begin a session: with a token that proves it, or with a line that this node holds. */
export interface Issuer {
  issue(request: IssueRequest): Promise<Issued>
  open(request: OpenRequest): Promise<Opened>
}

/** Makes the verbs. They throw what refused the session; then nothing has changed. */
export function issuer({ store, env, policy, node, dropped }: IssueParts): Issuer {
  async function prepare(request: IssueRequest): Promise<SessionDraft> {
    const parent = request.parentId === undefined ? undefined : await findParent(store, request)
    return toDraft(request, parent, env, policy)
  }

  async function begin(draft: SessionDraft, request: IssueRequest): Promise<Opened> {
    const inserted = await store.insert(draft, toGuards(request, draft, policy))
    if (!inserted.ok) throw refusal(inserted)
    if (inserted.gaveWay.length > 0) dropped(draft.realm, draft.userId ?? '')
    return { session: toSession(inserted.record), gaveWay: inserted.gaveWay }
  }

  return {
    async issue(request) {
      const draft = await prepare(request)
      const token = newToken(env, draft.id)
      return { ...(await begin({ ...draft, tokenHash: hashSecret(env, token) }, request)), token }
    },

    async open(request) {
      requireOneOf(request.kind, 'kind', LINE_KINDS)
      const { idle: _idle, ...draft } = await prepare(request)
      return begin({ ...draft, node }, request)
    },
  }
}

/** What a line may be. */
const LINE_KINDS = ['connection', 'playback'] as const

async function findParent(
  store: Pick<SessionReads, 'find'>,
  request: IssueRequest,
): Promise<Found['record']> {
  const found = await store.find(requireSessionId(request.parentId ?? '', 'parentId'))
  const realm = request.realm ?? found?.record.realm
  const userId = request.user?.id ?? found?.record.userId
  if (found?.record.realm === realm && found?.record.userId === userId && found) return found.record
  throw refusal({ ok: false, code: 'parent-not-live' })
}

function toDraft(
  request: IssueRequest,
  parent: Found['record'] | undefined,
  env: Env,
  policy: Settled,
): SessionDraft {
  const { kind = 'login', resource, name, authentication, data, parentId } = request
  requireOneOf(kind, 'kind', SESSION_KINDS)
  const realm = requireRealm(request.realm ?? parent?.realm ?? DEFAULT_REALM)
  const userId = request.user === undefined ? parent?.userId : requireUserId(request.user.id)
  if (userId === undefined && kind !== 'playback') {
    throw new RollcallError(
      'bad-request',
      `A ${kind} needs a user: give "user": {"id": "…"}. Only a playback may be without.`,
    )
  }
  if (parentId !== undefined && kind === 'login') {
    throw new RollcallError(
      'bad-request',
      'A login lives under no other session. Leave out "parentId", or choose another kind.',
    )
  }
  const named = name === undefined ? nameFor(kind, resource, env) : requireName(name)
  return {
    id: newSessionId(env, { realm, userId, resource }),
    realm,
    kind,
    lifetime: within(request.lifetime, policy.lifetime, 'lifetime'),
    idle: within(request.idle, policy.idle, 'idle time'),
    device: describeDevice(cleanDevice(request.device ?? {})),
    ...(userId !== undefined && { userId }),
    ...(parentId !== undefined && { parentId }),
    ...(resource !== undefined && { resource: requireResource(resource) }),
    ...(named !== undefined && { name: named }),
    ...(authentication && { authentication: requireAuthentication(authentication) }),
    ...(data && { data: requireData(data) }),
  }
}

/** A playback of something can always be named, as whoever plays it is listed by name there. */
function nameFor(kind: SessionKind, resource: string | undefined, env: Env): string | undefined {
  return kind === 'playback' && resource !== undefined ? newUuid(env) : undefined
}

function within(asked: Duration | undefined, most: number, what: string): number {
  if (asked === undefined) return most
  const span = toMilliseconds(asked, what)
  if (span > 0 && (what !== 'lifetime' || span <= most)) return span
  throw new RollcallError(
    'bad-request',
    `The ${what} must be more than 0${what === 'lifetime' ? `, and at most ${most} ms here` : ''}.`,
  )
}

function toGuards(
  { user, replaces, limit: given, by = LIBRARY }: IssueRequest,
  { kind, device }: SessionDraft,
  { sessionsPerUser, atLimit }: Settled,
): Guards {
  const most = given?.sessions ?? sessionsPerUser[kind]
  const limit =
    most === undefined
      ? undefined
      : {
          sessions: requireCount(most),
          atLimit: requireOneOf(given?.atLimit ?? atLimit, 'atLimit', AT_LIMITS),
        }
  return {
    by,
    ...(user && {
      user: {
        ...(user.displayName !== undefined && {
          displayName: requireText(user.displayName, 'display name', 256),
        }),
        ...(user.role !== undefined && { role: requireOneOf(user.role, 'role', ROLES) }),
      },
    }),
    ...(replaces !== undefined && { replaces: toReplaced(replaces, device) }),
    ...(limit && { limit }),
  }
}

function toReplaced(replaces: string, { label }: Device): NonNullable<Guards['replaces']> {
  if (replaces !== 'same-label') return { id: requireSessionId(replaces, 'replaces') }
  if (label !== undefined) return { label }
  throw new RollcallError('bad-request', 'To replace sessions of the same label, give the device a label.')
}

function requireCount(sessions: number): number {
  if (Number.isSafeInteger(sessions) && sessions > 0) return sessions
  throw new RollcallError('bad-request', 'A limit of sessions is a whole number of 1 or more.')
}

function refusal({ code, until, inTheWay }: InsertRefused): RollcallError {
  if (inTheWay !== undefined) {
    const advice = 'Ask its owner which session may end, end it, and try again.'
    return new RollcallError(code, advice, { sessions: inTheWay.map(toSession) })
  }
  if (until === undefined) return new RollcallError(code)
  const at = new Date(until).toISOString()
  return new RollcallError(code, `Kept out until ${at}. Try again after that.`, { until: at })
}
