/**
 * Listing the sessions of a stream: bare names, and what may be asked for besides.
 *
 * @module
 */
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../core/page.ts'
import type { SessionFilter } from '../../core/selector.ts'
import type { Session } from '../../core/session.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { refuse, say } from './answers.ts'
import { toOffsetTime } from './moments.ts'
import { type Places, resourcesOf, type StreamPath } from './places.ts'

/** What lists are made from. */
export interface ListingParts {
  readonly sessions: SessionManager
  readonly realm: string
  readonly places: Places
}

/** Lists the live playbacks of a stream, newest first: all of them, unless the query asks for a part. */
export async function listSessions(
  { sessions, realm, places }: ListingParts,
  path: StreamPath,
  query: string,
): Promise<Answer> {
  const asked = readQuery(query)
  if ('fault' in asked) return refuse(400, asked.fault)
  const render: (session: Session) => readonly unknown[] = asked.verbose ? describe : nameOf
  for (const resource of resourcesOf(path)) {
    const filter: SessionFilter = { realm, kind: 'playback', resource }
    const { items, nextCursor } = await gather(sessions, filter, asked)
    if (items.length === 0) continue
    return say(200, items.flatMap(render), {
      ...(asked.extended && (await totalOf(sessions, filter))),
      ...(nextCursor !== undefined && { 'x-next-cursor': nextCursor }),
    })
  }
  return (await places.missing(path)) ?? say(200, [], asked.extended ? { 'x-total-count': '0' } : {})
}

/** What a query asks for. */
interface Asked {
  /** All of them where undefined. */
  readonly limit?: number
  readonly cursor?: string
  readonly verbose: boolean

  /** Whether it asks for anything that the origin does not know. */
  readonly extended: boolean
}

function readQuery(query: string): Asked | { readonly fault: string } {
  const given = new URLSearchParams(query)
  const [limit, cursor, verbose] = ['limit', 'cursor', 'verbose'].map((name) => given.get(name))
  if (limit && !(/^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MAX_LIMIT))
    return { fault: `The limit must be 1 to ${MAX_LIMIT}: [${limit}]` }
  const size = limit ? Number(limit) : cursor ? DEFAULT_LIMIT : undefined
  return {
    ...(size !== undefined && { limit: size }),
    ...(cursor && { cursor }),
    verbose: verbose !== null && verbose !== undefined && !OFF.has(verbose),
    extended: [limit, cursor, verbose].some((value) => value !== null),
  }
}

const OFF: ReadonlySet<string> = new Set(['false', '0'])

/** Gathers a part of a list, however short the pages are that it comes in. */
async function gather(
  sessions: SessionManager,
  filter: SessionFilter,
  { limit = Number.POSITIVE_INFINITY, cursor: from }: Asked,
): Promise<{ readonly items: readonly Session[]; readonly nextCursor: string | undefined }> {
  const items: Session[] = []
  let cursor = from
  do {
    const page = await sessions.list({
      ...filter,
      limit: Math.min(MAX_LIMIT, limit - items.length),
      ...(cursor !== undefined && { cursor }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined && items.length < limit)
  return { items, nextCursor: cursor }
}

/** How many there are in all, where that is known exactly. */
async function totalOf(sessions: SessionManager, filter: SessionFilter): Promise<Record<string, string>> {
  const { count, exact } = await sessions.count(filter)
  return exact ? { 'x-total-count': String(count) } : {}
}

function nameOf({ name }: Session): readonly string[] {
  return name === undefined ? [] : [name]
}

/** A session with what is known of it. */
function describe({
  device,
  expiresAt,
  id,
  issuedAt,
  lastActiveAt,
  name,
  userId,
}: Session): readonly object[] {
  return [
    {
      address: device.ip,
      createdTime: toOffsetTime(issuedAt),
      expireTime: toOffsetTime(expiresAt),
      id,
      lastActiveTime: toOffsetTime(lastActiveAt),
      name,
      userAgent: device.userAgent,
      userId,
    },
  ]
}
