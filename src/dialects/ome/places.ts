/**
 * Virtual hosts, applications and streams: what a path means, and which part of it is missing.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { SessionFilter } from '../../core/selector.ts'
import type { SessionManager } from '../../engine/manager.ts'
import type { Answer } from '../../http/dialects/contract.ts'
import { refuse } from './answers.ts'

/** The parts of a path that name a stream, as they were sent. */
export interface StreamPath {
  readonly vhost: string
  readonly app: string
  readonly stream: string
}

/** Knows what there is. */
export interface Places {
  /** Says which part of a path is missing; undefined where the stream exists. */
  missing(path: StreamPath): Promise<Answer | undefined>
}

/** Exists without anybody. */
const DEFAULT_VHOST = 'default'

/** Pages that a search for a single session looks at. A store that says even then that there is more to look at has something. */
const MOST_PAGES = 2

/** Makes one, for `vhost`, `vhost/app` and `vhost/app/stream` that are declared. @throws RollcallError `bad-request` */
export function knowPlaces(sessions: SessionManager, realm: string, declared: readonly string[]): Places {
  const known = new Set([DEFAULT_VHOST, ...declared.flatMap(withWhatIsAbove)])

  async function existsAny(
    places: readonly string[],
    within: (place: string) => SessionFilter,
  ): Promise<boolean> {
    if (places.some((place) => known.has(place))) return true
    for (const place of places) if (await mayHold(within(place))) return true
    return false
  }

  async function mayHold(filter: SessionFilter): Promise<boolean> {
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page++) {
      const found = await sessions.list({
        ...filter,
        realm,
        status: 'any',
        limit: 1,
        ...(cursor !== undefined && { cursor }),
      })
      if (found.items.length > 0) return true
      if (found.nextCursor === undefined) return false
      cursor = found.nextCursor
    }
    return true
  }

  return {
    async missing(path) {
      const { vhost, app, stream } = path
      if (await existsAny(resourcesOf(path), (resource) => ({ resource }))) return undefined
      const below = (place: string): SessionFilter => ({ resourcePrefix: `${place}/` })
      if (!(await existsAny(pathsOf([vhost]), below)))
        return refuse(404, `Could not find the virtual host: [${vhost}]`)
      if (!(await existsAny(pathsOf([vhost, app]), below)))
        return refuse(404, `Could not find the application: [${vhost}/${app}]`)
      return refuse(404, `Could not find the stream: [${vhost}/#${vhost}#${app}/${stream}]`)
    },
  }
}

/** The resources that a path may mean, the likeliest first. */
export function resourcesOf({ vhost, app, stream }: StreamPath): readonly string[] {
  return pathsOf([vhost, app, stream])
}

/** What a part of a path may mean: itself as it was sent, then decoded. Nothing where it can be no name at all. */
export function formsOf(segment: string): readonly string[] {
  return [...new Set([segment, decoded(segment)])].filter(isPossible)
}

/** Tells whether anything can have this name: it has no slash and no control character. */
export function isPossible(name: string): boolean {
  return name.isWellFormed() && /^[^/\p{Cc}\p{Zl}\p{Zp}]{1,256}$/u.test(name)
}

function pathsOf(segments: readonly string[]): readonly string[] {
  return segments
    .map(formsOf)
    .reduce((paths, forms) => paths.flatMap((path) => forms.map((form) => `${path}/${form}`)), [''])
    .map((path) => path.slice(1))
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function withWhatIsAbove(resource: string): readonly string[] {
  const parts = resource.split('/')
  if (parts.length > 3 || !parts.every(isPossible))
    throw new RollcallError(
      'bad-request',
      `The resource "${resource}" is none of "vhost", "vhost/app" and "vhost/app/stream".`,
    )
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
