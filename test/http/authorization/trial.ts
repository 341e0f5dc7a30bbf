import type { RollcallEvent } from '../../../src/core/events.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import type { OperationName } from '../../../src/http/openapi/operation.ts'
import type { AppBench } from '../../support/app.ts'
import { type Cast, castFor, credentialOf, told } from './cast.ts'
import { TARGETS } from './targets.ts'

/** A cell of the table: who asks what of whom. */
export interface Cell {
  readonly label: OperationName
  readonly credential: string
  readonly target: string
}

/** What came of a cell. */
export interface Trial {
  /** In the words of the table. */
  readonly outcome: string

  /** Whether anything that is kept is not as it was before. */
  readonly changed: boolean

  /** Names of other people's sessions and realms that the answer gave away. */
  readonly leaks: readonly string[]
}

let casts = 0

/** Tries a cell, with a cast of its own. */
export async function tryCell(
  { url, sessions }: AppBench,
  { label, credential, target }: Cell,
): Promise<Trial> {
  const cast = await castFor(sessions, ++casts, label)
  const authorization = await credentialOf(sessions, credential, cast)
  const before = await stateOf(sessions, cast)
  const { position } = await sessions.events(undefined, 1)
  const answer = await ask(url, label, target, cast, authorization)
  const events = await eventsAfter(sessions, position)
  const words = [answer.status, answer.code, answer.says].filter((word) => word !== undefined).join(' ')
  const effects = events.map((event) => told(event, cast))
  return {
    outcome: effects.length > 0 ? `${words}: ${effects.join(', ')}` : words,
    changed: (await stateOf(sessions, cast)) !== before,
    leaks: answer.status < 300 ? leaksIn(answer.text, credential, cast) : [],
  }
}

interface Answered {
  readonly status: number
  readonly text: string
  readonly code?: string

  /** What a verdict says. */
  readonly says?: string
}

async function ask(
  url: string,
  label: OperationName,
  target: string,
  cast: Cast,
  authorization: string | undefined,
): Promise<Answered> {
  const [method = '', path = ''] = label.split(' ')
  const { id = '', query, body, headers = {} } = TARGETS[label]?.[target]?.(cast) ?? {}
  const hangUp = new AbortController()
  const response = await fetch(url + path.replace('{id}', id) + (query === undefined ? '' : `?${query}`), {
    method,
    signal: hangUp.signal,
    headers: {
      ...headers,
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status } = response
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    hangUp.abort()
    return { status, text: '' }
  }
  const text = await response.text()
  if (!text.startsWith('{')) return { status, text }
  const { code, live, reason } = JSON.parse(text) as { code?: string; live?: unknown; reason?: string }
  return {
    status,
    text,
    ...(status >= 400 && code !== undefined && { code }),
    ...(label === 'POST /v1/verify' && status === 200 && { says: live === true ? 'live' : `${reason}` }),
  }
}

/** Everything that is kept of a cast, but for when they were last active. */
async function stateOf(
  { list, users, denials, keys }: SessionManager,
  { realm, otherRealm }: Cast,
): Promise<string> {
  const of = (where: string): readonly Promise<unknown>[] => [
    list({ realm: where, status: 'any', limit: 200 }),
    users.list({ realm: where, limit: 200 }),
    denials.list({ realm: where, limit: 200 }),
  ]
  const kept = await Promise.all([...of(realm), ...of(otherRealm)])
  const theirs = (await keys.list()).filter((key) => [realm, otherRealm].includes(key.realm))
  const moving = new Set(['lastActiveAt', 'idleExpiresAt'])
  return JSON.stringify([kept, theirs], (name, value) => (moving.has(name) ? undefined : value))
}

/** What was written behind a position, but for what a tidier writes behind an ending that was told before. */
async function eventsAfter(sessions: SessionManager, position: string): Promise<readonly RollcallEvent[]> {
  const { events } = await sessions.events(position, 200)
  return events.filter((event) => !('mass' in event))
}

/** What somebody must not get to know who is confined to a realm, or to what is their own. */
function leaksIn(text: string, credential: string, { sessions, realm, otherRealm }: Cast): readonly string[] {
  const { adas, bobs, hers, zoes } = sessions
  const home = [realm, adas.id, hers.id, bobs.id]
  const away = [otherRealm, zoes.id]
  const secret: Readonly<Record<string, readonly string[]>> = {
    ada: [...away, bobs.id],
    bob: [...away, adas.id, hers.id],
    zoe: home,
    there: home,
    everywhere: [],
  }
  return (secret[credential] ?? away).filter((name) => text.includes(name))
}
