/**
 * Where Redis is: what a URL says.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'

/** One server. */
export interface Host {
  readonly host: string
  readonly port: number
}

/** Servers that hang together, and how to be let in. */
export interface Address {
  /** Whether they are a cluster; otherwise one of them is the master, and the others stand by. */
  readonly cluster: boolean
  readonly hosts: readonly Host[]
  readonly tls: boolean
  readonly username?: string
  readonly password?: string

  /** Number of the database; always 0 in a cluster. */
  readonly database: number
}

/**
 * Reads a URL: `redis://`, `rediss://` (over TLS), `redis-cluster://` or `rediss-cluster://`, then
 * `user:password@` where needed, servers with commas between, and outside a cluster `/` and the number of the database.
 *
 * @throws RollcallError `bad-request` for anything else; the URL is not repeated, since it may have a password in it.
 */
export function readAddress(url: string): Address {
  const [, scheme = '', secure, clustered, credentials, hosts = '', database = '0'] = URL_FORM.exec(url) ?? []
  const read = hosts.split(',').map(readHost)
  const servers = read.filter((host) => host !== undefined)
  const cluster = clustered !== undefined
  if (scheme === '' || servers.length < read.length || (cluster && database !== '0')) throw unreadable()
  const [, username = '', password] = /^([^:]*)(?::(.*))?$/.exec(credentials ?? '') ?? []
  return {
    cluster,
    hosts: servers,
    tls: secure !== undefined,
    database: Number(database),
    ...(username !== '' && { username: decode(username) }),
    ...(password !== undefined && { password: decode(password) }),
  }
}

/** Names a server. */
export function nameOf({ host, port }: Host): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Reads a server's name; undefined for what is none. */
export function readHost(text: string): Host | undefined {
  const [, bracketed, plain, port = '6379'] = HOST_FORM.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? undefined
    : { host, port: Number(port) }
}

const URL_FORM = /^(redis(s)?(-cluster)?):\/\/(?:([^@/]*)@)?([^@/?#]+)\/?(\d{1,5})?$/
const HOST_FORM = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable()
  }
}

function unreadable(): RollcallError {
  return new RollcallError(
    'bad-request',
    'The address of Redis cannot be read. Write redis://host:port, rediss://user:password@host:port/database, or ' +
      'redis-cluster://host:port,host:port; escape what is special in a password (%40 for @).',
  )
}
