/**
 * What a stream is called: a virtual host, an application and a name.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'

/** The parts of a stream's path, decoded. */
export interface StreamPath {
  readonly vhost: string
  readonly application: string
  readonly stream: string
}

/** The virtual host of hosts that belong to no other. */
export const DEFAULT_VHOST = 'default'

/** What no application may be called: first parts of paths that are the server's own. */
export const RESERVED_APPLICATIONS: readonly string[] = [
  'v1',
  'api',
  'sessions',
  'docs',
  'openapi.json',
  'console',
  'account',
  'demo',
  'authz',
  'healthz',
  'readyz',
  'metrics',
  'problems',
]

/** Most characters of a part, and of all of them. */
const LONGEST_PART = 190
const LONGEST_PATH = 256

/**
 * The resource that sessions of a stream hang on, such as `default/app/stream`.
 *
 * @throws RollcallError `bad-request` for what no stream can be called
 */
export function resourceOf({ vhost, application, stream }: StreamPath): string {
  const parts = [vhost, application, stream]
  const resource = parts.join('/')
  const possible = parts.every((part) => isPart(part)) && resource.length <= LONGEST_PATH
  if (possible && !RESERVED_APPLICATIONS.includes(application)) return resource
  throw new RollcallError(
    'bad-request',
    `No stream can be called that. An application and a stream have 1 to ${LONGEST_PART} characters each, without spaces, "/", "?" and "#".`,
  )
}

/** What a part is made of; in a URL, anything else would be another part or none. */
export const PART: RegExp = /^[^/\s?#\p{Cc}]+$/u

function isPart(part: string): boolean {
  return part.isWellFormed() && part.length <= LONGEST_PART && PART.test(part)
}

/** The virtual host of a `Host` header, by the names that were configured; `default` for every other. */
export function vhostOf(vhosts: ReadonlyMap<string, string>, host: string | undefined): string {
  const name = (host ?? '').toLowerCase().replace(/:\d*$/, '')
  return vhosts.get(name) ?? DEFAULT_VHOST
}
