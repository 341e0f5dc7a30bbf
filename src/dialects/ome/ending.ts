/**
 * Ending sessions: one by its path, or many by their names.
 *
 * @module
 */
import type { AccessKey } from '../../core/access-key.ts'
import type { Session } from '../../core/session.ts'
import type { Duration } from '../../core/time.ts'
import { firstSession } from '../../engine/every-session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { refuse } from './answers.ts'
import { isPossible } from './places.ts'

/** What ending is made from. */
export interface EndingParts {
  readonly sessions: SessionManager
  readonly realm: string

  /** How long the name of what was ended is kept out. */
  readonly keepOut?: Duration | undefined
}

/** Names that one request may end. */
const MOST_NAMES = 1_000

/** Names that are looked for at a time. */
const AT_ONCE = 32

/** Finds the live playback of that name on the first of these resources that has one. */
export async function findSession(
  { sessions, realm }: Pick<EndingParts, 'sessions' | 'realm'>,
  resources: readonly string[],
  names: readonly string[],
): Promise<Session | undefined> {
  for (const resource of resources) {
    for (const name of names) {
      const found = await firstSession(sessions, { realm, kind: 'playback', resource, name })
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Ends the live playback of that name. Of several who end the same one, exactly one is told that they did. */
export async function endSession(
  parts: EndingParts,
  by: AccessKey,
  resources: readonly string[],
  names: readonly string[],
): Promise<boolean> {
  const { sessions, realm, keepOut } = parts
  const found = await findSession(parts, resources, names)
  if (found === undefined) return false
  const { ended } = await sessions.end(
    { realm, id: found.id },
    {
      by: { kind: 'key', id: by.id },
      ...(keepOut !== undefined && { deny: { keys: ['name'], span: keepOut } }),
    },
  )
  return ended === 1
}

/** Ends those that a body names, and answers for each: with their common status, else 207. */
export async function endMany(
  parts: EndingParts,
  by: AccessKey,
  resources: readonly string[],
  body: Uint8Array,
): Promise<Answer> {
  const names = readJson(body)
  if (names === undefined) return refuse(400, 'Request body must be JSON')
  if (!Array.isArray(names)) return refuse(400, 'Request body must be an array')
  if (names.length > MOST_NAMES)
    return refuse(400, `Request body must be an array of ${MOST_NAMES} items at most`)
  const items: Item[] = []
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some: readonly unknown[] = names.slice(start, start + AT_ONCE)
    items.push(...(await Promise.all(some.map((name, index) => endNamed(name, start + index)))))
  }
  const statuses = new Set(items.map(({ statusCode }) => statusCode))
  const [common = 200] = statuses
  return { status: statuses.size > 1 ? 207 : common, body: JSON.stringify(items) }

  async function endNamed(name: unknown, index: number): Promise<Item> {
    if (typeof name !== 'string')
      return { message: 'The name of a session must be a string', statusCode: 400 }
    const again = (names as readonly unknown[]).indexOf(name) < index
    const ended = !again && isPossible(name) && (await endSession(parts, by, resources, [name]))
    return ended
      ? { message: 'OK', response: { name }, statusCode: 200 }
      : { message: `Could not find the session: [${name}]`, statusCode: 404 }
  }
}

/** What became of one of many. */
interface Item {
  readonly message: string
  readonly response?: { readonly name: string }
  readonly statusCode: 200 | 400 | 404
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch {
    return undefined
  }
}
