/** Beginning a session. */
import type { Actor, Session } from '../../../src/core/session.ts'
import type { User } from '../../../src/core/user.ts'
import type { IssueRequest } from '../../../src/engine/manager.ts'
import { deniedUntil } from './denying.ts'
import { childrenOf, end } from './ending.ts'
import { dueEnding, type Kept, lives, type Model, POLICY, present, tell } from './state.ts'

type Refused = { ok: false; code: string; sessions?: string[]; until?: number }
type Issued = { ok: true; gaveWay: string[] } | Refused

/** What is asked for, with what it takes from its parent. */
interface Asked extends IssueRequest {
  readonly realm: string
  readonly kind: Session['kind']
  readonly device: Session['device']
  readonly userId: string | undefined
  readonly parent: Kept | undefined
}

/** Begins a session. `made` is it as it was answered: its id and serial are taken on trust. */
export function issue(model: Model, request: IssueRequest, made: Session | undefined, text: string): Issued {
  const parent = model.sessions.get(request.parentId ?? '')
  const { kind = 'login', device = {}, realm = parent?.session.realm ?? 'default' } = request
  const asked: Asked = {
    ...request,
    kind,
    device,
    realm,
    parent,
    userId: request.user?.id ?? parent?.session.userId,
  }
  const refusal = refuseOwner(model, asked)
  if (refusal) return refusal
  const way = makeWay(model, asked)
  return 'code' in way ? way : begin(model, asked, way, made, text)
}

function refuseOwner(model: Model, asked: Asked): Refused | undefined {
  const { realm, userId, parent, parentId } = asked
  const orphan: Refused = { ok: false, code: 'parent-not-live' }
  const isTheirs = parent?.session.realm === realm && parent.session.userId === userId
  if (parentId && !isTheirs) return orphan
  if (model.users.get(`${realm} ${userId}`)?.user.banned) return { ok: false, code: 'user-banned' }
  const until = deniedUntil(model, asked)
  if (until !== undefined) return { ok: false, code: 'denied', until }
  return parentId && !(parent?.session.kind === 'login' && lives(model, parent)) ? orphan : undefined
}

/** Who gives way: what is replaced, whoever is first in line, and a name's holder whose time is over. */
type Way = { replaced: Kept[]; crowd: Kept[]; late: Kept | undefined }

function makeWay(model: Model, asked: Asked): Way | Refused {
  const { realm, kind, userId, name, resource, limit, parent } = asked
  const inRealm = [...model.sessions.values()].filter(({ session }) => session.realm === realm)
  const own = inRealm.filter((each) => userId && each.session.userId === userId && lives(model, each))
  const replaced = own.filter(({ session }) => isReplaced(session, asked))
  const leaving = new Set(replaced.flatMap((each) => [each, ...childrenOf(model, each)]))
  const late = inRealm.find(
    (each) =>
      !each.session.ending && !leaving.has(each) && name && sameName(each.session, { kind, resource, name }),
  )
  if (late && lives(model, late)) return { ok: false, code: 'name-taken' }
  const line = own.filter((each) => each.session.kind === kind && !leaving.has(each))
  const first = limit?.atLimit === 'evict-idlest' ? 'lastActiveAt' : 'issuedAt'
  line.sort(
    ({ session: a }, { session: b }) => a[first] - b[first] || a.issuedAt - b.issuedAt || a.serial - b.serial,
  )
  const crowd = limit ? line.slice(0, Math.max(0, line.length - limit.sessions + 1)) : []
  if (crowd.length > 0 && limit?.atLimit === 'refuse')
    return { ok: false, code: 'limit-reached', sessions: line.map(({ session }) => session.id) }
  if (parent && replaced.includes(parent)) return { ok: false, code: 'parent-not-live' }
  return { replaced, crowd, late }
}

function isReplaced(session: Session, { replaces, kind, device }: Asked): boolean {
  if (replaces !== 'same-label') return session.id === replaces
  return session.kind === kind && session.device.label === device.label
}

function sameName(
  session: Session,
  wanted: { kind: string; resource: string | undefined; name: string },
): boolean {
  return session.name === wanted.name && session.kind === wanted.kind && session.resource === wanted.resource
}

function begin(model: Model, asked: Asked, way: Way, made: Session | undefined, text: string): Issued {
  const { realm, userId, parent, lifetime = POLICY.lifetime, idle = POLICY.idle } = asked
  const id = made?.id ?? ''
  const by: Actor = { kind: 'system', id }
  for (const each of way.replaced) end(model, each, { at: model.now, reason: 'replaced', by })
  for (const each of way.crowd) end(model, each, { at: model.now, reason: 'evicted', by })
  if (way.late) end(model, way.late, dueEnding(way.late))
  const owner = userId === undefined ? undefined : welcome(model, realm, userId, asked)
  const { kind, parentId, resource, device, authentication, data } = asked
  const name = asked.name ?? (isNamedForThem(asked) ? made?.name : undefined)
  const session: Session = {
    ...present({ id, realm, kind, userId, parentId, resource, name, device, authentication, data }),
    serial: made?.serial ?? 0,
    stamp: owner?.stamp ?? Math.floor(model.now / 1_000),
    issuedAt: model.now,
    authenticatedAt: model.now,
    lastActiveAt: model.now,
    expiresAt: Math.min(model.now + Number(lifetime), parent?.session.expiresAt ?? Number.POSITIVE_INFINITY),
    idleExpiresAt: model.now + Number(idle),
  }
  const tokens = [{ text, until: 0, salted: false }]
  const role = owner?.user.role ?? 'member'
  model.sessions.set(id, { session, idle: Number(idle), tokens, role, told: false })
  tell(model, 'session.created', realm, model.now, { session })
  return { ok: true, gaveWay: [...way.replaced, ...way.crowd].map((each) => each.session.id) }
}

function welcome(model: Model, realm: string, id: string, { user: given }: IssueRequest) {
  const known = model.users.get(`${realm} ${id}`)
  const before: User = known?.user ?? { id, realm, role: 'member', banned: false }
  const { displayName = before.displayName, role = before.role } = given ?? {}
  const user: User = present({ ...before, displayName, role })
  const owner = { user, stamp: Math.max(Math.floor(model.now / 1_000), (known?.stamp ?? 0) + 1) }
  model.users.set(`${realm} ${id}`, owner)
  if (known && (user.role !== before.role || user.displayName !== before.displayName))
    tell(model, 'user.updated', realm, model.now, { user })
  return owner
}

/** Whether a session that asks for no name gets one, which nobody can foretell. */
export function isNamedForThem({
  kind,
  resource,
  name,
}: Pick<IssueRequest, 'kind' | 'resource' | 'name'>): boolean {
  return kind === 'playback' && resource !== undefined && name === undefined
}
