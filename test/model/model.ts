/**
 * How Rollcall is meant to behave, as plainly as it can be said. It shares no code with what it judges.
 *
 * Each function changes the model, notes what the journal must tell of it, and returns what the caller must hear.
 */
import type { Denial, DenyKey } from '../../src/core/denial.ts'
import type { Actor, Ending, EndReason, Session } from '../../src/core/session.ts'
import type { Role, User, UserPatch } from '../../src/core/user.ts'
import type { EndRequest, IssueRequest, SessionPatch } from '../../src/engine/manager.ts'

const DAY = 86_400_000
export const POLICY = {
  lifetime: 30 * DAY,
  idle: 7 * DAY,
  grace: 10_000,
  staleness: 1_000,
  cached: 5,
  entries: 40,
} as const
const UNWRITTEN = 30_000 // How long activity may wait to be written; silence is forgiven for as long.
const TOMBSTONE = DAY
const REMEMBERED = 16
const EXPIRY: Actor = { kind: 'system', id: 'expiry' }
const PARENT: Actor = { kind: 'system', id: 'parent' }
const REFRESH: Actor = { kind: 'system', id: 'refresh' }

/** A token that was given out. `until` and `salted` say how it stands once another has taken its place. */
export type Token = { readonly text: string; until: number; salted: boolean }

/** A session; its tokens, latest first; its user's role when that was made; whether the journal told of its end. */
export type Kept = {
  session: Session
  idle: number
  tokens: Token[]
  role: Role
  told: boolean
  mass?: number
}

/** An entry that the journal must have. */
export type Entry = Readonly<Record<string, unknown>>

type Timer = { readonly node: number; readonly round: keyof typeof ROUNDS; readonly due: number }

export interface Model {
  now: number // The store's clock.
  elapsed: number // What the nodes' monotonic clocks have in common.
  sessions: Map<string, Kept>
  users: Map<string, { user: User; stamp: number }>
  denials: (Denial & { id: string })[] // Their ids are taken on trust.
  noted: Map<string, number>[] // Per node, what was used and when, as far as it is not written.
  timers: Timer[]
  telling: Entry[] // What the journal must have by now.
  head: number // How much the journal told in all, and how much of it is forgotten.
  floor: number
  masses: number
}

export function newModel(now: number): Model {
  const nothing = {
    denials: [],
    noted: [],
    timers: [],
    telling: [],
    head: 0,
    floor: 0,
    masses: 0,
  }
  return { ...nothing, now, elapsed: 0, sessions: new Map(), users: new Map() }
}

// ---- What time does

const ROUNDS = {
  expire: { every: 1_000, work: expire },
  tidy: { every: 250, work: tidy },
  salts: { every: 1_000, work: eraseSalts },
  flush: { every: 30_000, work: flush },
  sweep: { every: 60_000, work: sweep },
  trim: { every: 60_000, work: trim },
} as const

export function boot(model: Model, node: number): void {
  model.noted[node] = new Map()
  model.timers = model.timers.filter((timer) => timer.node !== node)
  for (const [round, { every }] of Object.entries(ROUNDS))
    model.timers.push({ node, round: round as Timer['round'], due: model.elapsed + every })
}

export function move(model: Model, store: number, monotonic: number): void {
  model.now += store
  model.elapsed += monotonic
  for (;;) {
    const [next] = model.timers.filter(({ due }) => due <= model.elapsed).sort((a, b) => a.due - b.due)
    if (next === undefined) return
    ROUNDS[next.round].work(model, next.node)
    const later = { ...next, due: model.elapsed + ROUNDS[next.round].every }
    model.timers = [...model.timers.filter((timer) => timer !== next), later]
  }
}

export const diesAt = ({ session, idle }: Kept): number =>
  Math.min(session.expiresAt, session.lastActiveAt + idle + UNWRITTEN)

export const lives = (model: Model, kept: Kept): boolean => !kept.session.ending && model.now < diesAt(kept)

function dueEnding({ session, idle }: Kept): Ending {
  const silence = session.lastActiveAt + idle
  if (silence < session.expiresAt) return { at: silence, reason: 'idle', by: EXPIRY }
  return { at: session.expiresAt, reason: 'expired', by: EXPIRY }
}

function expire(model: Model): void {
  for (const kept of model.sessions.values())
    if (!kept.session.ending && !lives(model, kept)) end(model, kept, dueEnding(kept))
}

function tidy(model: Model): void {
  for (const kept of model.sessions.values())
    if (kept.session.ending && !kept.told) end(model, kept, kept.session.ending)
}

function eraseSalts(model: Model): void {
  for (const { tokens } of model.sessions.values())
    for (const token of tokens.slice(1)) if (model.now >= token.until) token.salted = false
}

export function flush(model: Model, node: number): void {
  for (const [id, used] of model.noted[node] ?? []) {
    const kept = model.sessions.get(id)
    const at = model.now - (model.elapsed - used)
    if (kept && lives(model, kept) && at > kept.session.lastActiveAt) active(kept, at)
  }
  model.noted[node] = new Map()
}

function sweep(model: Model): void {
  for (const [id, { session, told }] of model.sessions)
    if (told && session.ending && model.now >= Math.max(session.expiresAt, session.ending.at + TOMBSTONE))
      model.sessions.delete(id)
  model.denials = model.denials.filter(({ until }) => until > model.now)
}

function trim(model: Model): void {
  model.floor = Math.max(model.floor, model.head - POLICY.entries)
}

function active(kept: Kept, at: number): void {
  kept.session = { ...kept.session, lastActiveAt: at, idleExpiresAt: at + kept.idle }
}

// ---- Beginning

type Issued =
  | { ok: true; gaveWay: string[] }
  | { ok: false; code: string; sessions?: string[]; until?: number }

/** `made` is the session as it was answered; only its id and serial are taken on trust. */
export function issue(model: Model, request: IssueRequest, made: Session | undefined, text: string): Issued {
  const { kind = 'login', device = {}, limit, replaces, resource, name } = request
  const parent = model.sessions.get(request.parentId ?? '')
  const realm = request.realm ?? parent?.session.realm ?? 'default'
  const userId = request.user?.id ?? parent?.session.userId
  const own = [...model.sessions.values()].filter(
    (kept) =>
      userId !== undefined &&
      kept.session.userId === userId &&
      kept.session.realm === realm &&
      lives(model, kept),
  )
  if (request.parentId && (parent?.session.realm !== realm || parent?.session.userId !== userId))
    return { ok: false, code: 'parent-not-live' }
  if (model.users.get(`${realm} ${userId}`)?.user.banned) return { ok: false, code: 'user-banned' }
  const kept = { realm, kind, userId, parentId: request.parentId, resource, name, device }
  const until = deniedUntil(model, kept)
  if (until !== undefined) return { ok: false, code: 'denied', until }
  if (request.parentId && !(parent && parent.session.kind === 'login' && lives(model, parent)))
    return { ok: false, code: 'parent-not-live' }

  const replaced = own.filter(({ session }) =>
    replaces === 'same-label'
      ? session.kind === kind && session.device.label === device.label
      : session.id === replaces,
  )
  const dying = new Set(replaced.flatMap((each) => [each, ...childrenOf(model, each)]))
  const holder = [...model.sessions.values()].find(
    (each) =>
      name !== undefined &&
      !each.session.ending &&
      !dying.has(each) &&
      each.session.realm === realm &&
      each.session.kind === kind &&
      each.session.resource === resource &&
      each.session.name === name,
  )
  if (holder && lives(model, holder)) return { ok: false, code: 'name-taken' }
  const line = own.filter((each) => each.session.kind === kind && !dying.has(each))
  const idlest = limit?.atLimit === 'evict-idlest' ? 'lastActiveAt' : 'issuedAt'
  line.sort(
    ({ session: a }, { session: b }) =>
      a[idlest] - b[idlest] || a.issuedAt - b.issuedAt || a.serial - b.serial,
  )
  const crowd = limit ? line.slice(0, Math.max(0, line.length - limit.sessions + 1)) : []
  if (crowd.length > 0 && limit?.atLimit === 'refuse')
    return { ok: false, code: 'limit-reached', sessions: line.map(({ session }) => session.id) }
  if (parent && replaced.includes(parent)) return { ok: false, code: 'parent-not-live' }

  const id = made?.id ?? ''
  const by: Actor = { kind: 'system', id }
  for (const each of replaced) end(model, each, { at: model.now, reason: 'replaced', by })
  for (const each of crowd) end(model, each, { at: model.now, reason: 'evicted', by })
  if (holder) end(model, holder, dueEnding(holder))
  const owner = userId === undefined ? undefined : welcome(model, realm, userId, request)
  const idle = (request.idle as number | undefined) ?? POLICY.idle
  const expiresAt = model.now + ((request.lifetime as number | undefined) ?? POLICY.lifetime)
  const session: Session = {
    ...present({ id, ...kept, authentication: request.authentication, data: request.data }),
    serial: made?.serial ?? 0,
    stamp: owner?.stamp ?? Math.floor(model.now / 1_000),
    issuedAt: model.now,
    authenticatedAt: model.now,
    lastActiveAt: model.now,
    expiresAt: Math.min(expiresAt, parent?.session.expiresAt ?? Number.POSITIVE_INFINITY),
    idleExpiresAt: model.now + idle,
  }
  const tokens = [{ text, until: 0, salted: false }]
  model.sessions.set(id, { session, idle, tokens, role: owner?.user.role ?? 'member', told: false })
  tell(model, 'session.created', realm, model.now, { session })
  return { ok: true, gaveWay: [...replaced, ...crowd].map((each) => each.session.id) }
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

// ---- Tokens

/** What a token stands for, and the session if there is one. */
export type Judged = {
  is: 'unknown' | 'superseded' | 'reused' | 'graceful' | 'current' | 'ended'
  kept?: Kept
  ending?: Ending
}

export function judge(model: Model, text: string): Judged {
  const kept = [...model.sessions.values()].find(({ tokens }) => tokens.some((token) => token.text === text))
  return kept === undefined ? { is: 'unknown' } : standing(model, kept, text)
}

/** What one of a session's tokens stands for. */
export function standing(model: Model, kept: Kept, text: string): Judged {
  const token = kept.tokens.find((each) => each.text === text)
  const ending = endingOf(model, kept)
  if (token === undefined) return { is: 'unknown' }
  if (ending) return { is: 'ended', kept, ending }
  if (token === kept.tokens[0]) return { is: 'current', kept }
  if (model.now >= token.until) return { is: 'reused', kept }
  return { is: token.salted && kept.role === roleOf(model, kept) ? 'graceful' : 'superseded', kept }
}

/** How a session is over: by itself, or because its parent is. */
function endingOf(model: Model, kept: Kept): Ending | undefined {
  if (!lives(model, kept)) return kept.session.ending ?? dueEnding(kept)
  const parent = model.sessions.get(kept.session.parentId ?? '')
  const above = parent && endingOf(model, parent)
  return above && { at: above.at, reason: 'parent-ended', by: PARENT }
}

/** What happens to a session whose token comes back after its grace. */
export function endReused(model: Model, kept: Kept): Ending {
  tell(model, 'token.reused', kept.session.realm, model.now, { id: kept.session.id })
  const ending: Ending = { at: model.now, reason: 'reused', by: REFRESH }
  end(model, kept, ending)
  return ending
}

/** Puts a token in the place of the latest one; with or without a grace for those before it. */
export function succeed(model: Model, kept: Kept, text: string, withGrace: boolean): void {
  const [latest] = kept.tokens
  const salted = withGrace && kept.role === roleOf(model, kept)
  if (latest) Object.assign(latest, { until: model.now + POLICY.grace, salted })
  if (!salted) for (const token of kept.tokens) token.salted = false
  kept.tokens = [{ text, until: 0, salted: false }, ...kept.tokens].slice(0, REMEMBERED + 1)
  kept.role = roleOf(model, kept)
}

export function refreshed(model: Model, kept: Kept, text: string): void {
  succeed(model, kept, text, true)
  active(kept, Math.max(model.now, kept.session.lastActiveAt))
  tell(model, 'session.refreshed', kept.session.realm, model.now, { session: kept.session })
}

function roleOf(model: Model, { session: { realm, userId } }: Kept): Role {
  return model.users.get(`${realm} ${userId}`)?.user.role ?? 'member'
}

// ---- Changing

export function update(
  model: Model,
  kept: Kept,
  { label, data, authentication }: SessionPatch,
  text: string | undefined,
): void {
  const { device, ...rest } = kept.session
  if (text !== undefined) succeed(model, kept, text, false)
  kept.session = present({
    ...rest,
    device: present({ ...device, label: label === undefined ? device.label : (label ?? undefined) }),
    data: data === undefined ? rest.data : (data ?? undefined),
    authentication: authentication ?? rest.authentication,
    authenticatedAt: authentication ? model.now : rest.authenticatedAt,
  })
  tell(model, 'session.updated', rest.realm, model.now, { session: kept.session })
}

export function updateUser(model: Model, realm: string, id: string, patch: UserPatch): Counted | undefined {
  const known = model.users.get(`${realm} ${id}`)
  if (known === undefined) return undefined
  const { banned = known.user.banned, banReason = known.user.banReason } = patch
  known.user = present({ ...known.user, ...patch, banned, banReason: banned ? banReason : undefined })
  tell(model, 'user.updated', realm, model.now, { user: known.user })
  return patch.banned ? endAll(model, { realm, userId: id }, 'banned') : { ended: 0, descendants: 0 }
}

// ---- Ending

type Counted = { readonly ended: number; readonly descendants: number }

/** Ends what a selector pointed at, and all that lives under it. */
export function endEach(
  model: Model,
  meant: readonly Kept[],
  { reason = 'revoked', deny }: EndRequest,
): Counted {
  for (const { session } of meant)
    for (const key of deny?.keys ?? [])
      addDenial(model, session.realm, key, denied(session, key), Number(deny?.span))
  const under = new Set(meant.flatMap((kept) => childrenOf(model, kept)))
  for (const kept of meant) under.delete(kept)
  for (const kept of meant)
    if (!kept.session.ending) end(model, kept, { at: model.now, reason, by: BY }, meant)
  return { ended: meant.length, descendants: under.size }
}

/** Ends all of a realm or of a user at once, but for one login and what lives under it. The journal tells it once. */
export function endAll(
  model: Model,
  scope: { realm: string; userId?: string; except?: string },
  reason: EndReason,
  span?: number,
): Counted {
  const all = [...model.sessions.values()].filter(
    ({ session }) =>
      session.realm === scope.realm && (scope.userId === undefined || session.userId === scope.userId),
  )
  const excepted = all.find((kept) => kept.session.id === scope.except && lives(model, kept))?.session
  const keptId = excepted?.parentId ?? excepted?.id
  const dying = all.filter(
    (kept) => lives(model, kept) && !(keptId && [kept.session.id, kept.session.parentId].includes(keptId)),
  )
  model.masses += 1
  const told = present({
    userId: scope.userId,
    except: keptId,
    count: dying.length,
    reason,
    number: model.masses,
  })
  tell(model, 'sessions.ended', scope.realm, model.now, told)
  for (const kept of all) {
    if (kept.session.ending) continue
    if (!lives(model, kept)) kept.session = { ...kept.session, ending: dueEnding(kept) }
    else if (dying.includes(kept)) {
      kept.session = { ...kept.session, ending: { at: model.now, reason, by: BY } }
      kept.mass = model.masses
    }
  }
  if (span !== undefined && scope.userId) addDenial(model, scope.realm, 'user', scope.userId, span)
  const ended = dying.filter(({ session }) => session.parentId === undefined).length
  return { ended, descendants: dying.length - ended }
}

/** Who does everything here. */
export const BY: Actor = { kind: 'key', id: 'key_tester' }

export function childrenOf(model: Model, { session: { id } }: Kept): Kept[] {
  return [...model.sessions.values()].filter((kept) => kept.session.parentId === id && lives(model, kept))
}

function end(model: Model, kept: Kept, ending: Ending, except: readonly Kept[] = []): void {
  kept.session = { ...kept.session, ending }
  tellEnding(model, kept)
  for (const child of childrenOf(model, kept))
    if (!except.includes(child)) end(model, child, { at: ending.at, reason: 'parent-ended', by: PARENT })
}

function tellEnding(model: Model, kept: Kept): void {
  kept.told = true
  model.head += 1
  model.telling.push(endedEntry(kept))
}

/** What the journal tells of the end of a session. */
export function endedEntry({ session, mass }: Kept): Entry {
  return present({ type: 'session.ended', realm: session.realm, at: session.ending?.at, session, mass })
}

function tell(model: Model, type: string, realm: string, at: number, what: object): void {
  model.head += 1
  model.telling.push({ type, realm, at, ...what })
}

// ---- Keeping out

type Deniable = Pick<Session, 'kind' | 'device'> & {
  [Field in 'id' | 'userId' | 'parentId' | 'resource' | 'name']?: string | undefined
}

function denied(
  { id, kind, userId, parentId, resource, name, device }: Deniable,
  key: DenyKey,
): string | undefined {
  if (key === 'user') return userId
  if (key === 'address') return device.ip
  if (key === 'name') return name && `${kind} ${resource ?? ''} ${name}`
  return parentId ?? (kind === 'login' ? id : undefined)
}

function deniedUntil(model: Model, asked: Deniable & { realm: string }): number | undefined {
  const hits = model.denials.filter(
    ({ realm, key, value, until }) =>
      realm === asked.realm && until > model.now && denied(asked, key) === value,
  )
  return hits.length === 0 ? undefined : Math.max(...hits.map(({ until }) => until))
}

function addDenial(model: Model, realm: string, key: DenyKey, value: string | undefined, span: number): void {
  const until = model.now + span
  const longer = (old: Denial) =>
    old.realm === realm && old.key === key && old.value === value && old.until >= until
  if (value === undefined || model.denials.some(longer)) return
  const denial: Denial = { id: '', realm, key, value, at: model.now, until, by: BY }
  model.denials.push(denial)
  tell(model, 'denial.created', realm, model.now, { denial })
}

export function lift(model: Model, realm: string, id: string | undefined): Denial | undefined {
  const denial = model.denials.find(
    (each) => each.id === id && each.realm === realm && each.until > model.now,
  )
  model.denials = model.denials.filter((each) => each !== denial)
  if (denial) tell(model, 'denial.lifted', realm, model.now, { denial })
  return denial
}

/** Without the fields that are absent. */
function present<Whole extends object>(fields: { [Field in keyof Whole]: Whole[Field] | undefined }): Whole {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Whole
}
