/**
 * Reading the settings of dialects from text. Each reader throws an error whose message says what is allowed.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { suggestion } from '../core/nearest.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { RequestLimit } from '../dialects/cumulonimbus/index.ts'
import { requireRealm } from '../engine/validate.ts'
import { hostOf } from '../http/dialects/host.ts'
import { RESERVED_APPLICATIONS } from '../live/stream-path.ts'
import { listed, readCountInTime, refusal } from './setting-values.ts'

/** Every dialect. Where two answer the same path, the one that stands first here has it. */
export const DIALECTS = ['ome', 'weplanx', 'crossid', 'cumulonimbus', 'datepoll'] as const

/** The name of a dialect. */
export type DialectName = (typeof DIALECTS)[number]

/** A dialect that is spoken, and where. */
export interface DialectSetting {
  readonly name: DialectName

  /** Stands before each of its paths; empty unless told otherwise. */
  readonly prefix: string

  /** The only host on which it is spoken, in lower case and without a port; every host unless told otherwise. */
  readonly host?: string

  /** Whose sessions it is about. */
  readonly realm: string
}

/** Reads which dialects are spoken, and where: `all`, `none`, or names such as `crossid;prefix=/ids;host=h;realm=r`. */
export function readDialects(value: string): readonly DialectSetting[] {
  if (value.trim() === 'none') return []
  const read = listed(value).flatMap(readMounts)
  if (read.length === 0) throw refusal(`give all, none, or some of ${DIALECTS.join(', ')}.`)
  const places = new Set<string>()
  for (const { name, prefix, host } of read) {
    const place = `${name} ${placeOf(prefix, host)}`
    if (places.has(place))
      throw refusal(`${place} is mounted twice. Give one of them a prefix or a host of its own.`)
    places.add(place)
  }
  return DIALECTS.flatMap((name) => read.filter((each) => each.name === name))
}

/** Says where something is mounted, for people. */
function placeOf(prefix: string, host: string | undefined): string {
  return `at ${prefix === '' ? 'its own paths' : prefix}${host === undefined ? '' : ` on ${host}`}`
}

/** Readers of what may stand behind the name of a dialect. */
const OPTIONS = { prefix: readPrefix, host: readHost, realm: readRealm } as const

function readMounts(text: string): readonly DialectSetting[] {
  const [name = '', ...options] = text.split(';').map((part) => part.trim())
  const names = name === 'all' ? DIALECTS : DIALECTS.filter((each) => each === name)
  if (names.length === 0) throw refusal(unknownDialect(name))
  const given: Partial<Record<keyof typeof OPTIONS, string>> = {}
  for (const option of options) {
    const [called = '', ...rest] = option.split('=')
    const known = (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).find((each) => each === called)
    if (known === undefined)
      throw refusal(
        `"${text}" has the unknown option "${called}".${suggestion(called, Object.keys(OPTIONS))} There are ${Object.keys(OPTIONS).join(', ')}, such as ${name};prefix=/old.`,
      )
    if (given[known] !== undefined) throw refusal(`"${text}" has the option "${known}" twice.`)
    given[known] = OPTIONS[known](rest.join('='))
  }
  const { prefix = '', host, realm = DEFAULT_REALM } = given
  return names.map((each) => ({ name: each, prefix, realm, ...(host !== undefined && { host }) }))
}

function unknownDialect(name: string): string {
  if (name === 'none') return '"none" stands alone, or not at all.'
  return `there is no dialect "${name}".${suggestion(name, DIALECTS)} There are ${DIALECTS.join(', ')}; or give all, or none.`
}

/** First parts of paths that dialects have as well, so that a prefix may be called like them. */
const SHARED = ['api', 'sessions']

function readPrefix(value: string): string {
  if (!/^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(value))
    throw refusal(
      `"${value}" is no prefix. One looks like /old: it begins with a slash and ends without one, and each part has only A-Z, a-z, 0-9, ".", "_", "~" and "-".`,
    )
  const [, first = ''] = value.split('/')
  if (SHARED.includes(first) || !RESERVED_APPLICATIONS.includes(first)) return value
  throw refusal(`"${value}" is no prefix: /${first} is the server's own. Choose another.`)
}

function readHost(value: string): string {
  if (/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(value) || /^\[[0-9a-f:.]+\]$/i.test(value))
    return hostOf(value)
  throw refusal(`"${value}" is no host. One looks like id.example.com, without a scheme, a port or a path.`)
}

function readRealm(value: string): string {
  try {
    return requireRealm(value)
  } catch (fault) {
    throw refusal(`"${value}" is no realm. ${fault instanceof RollcallError ? fault.message : ''}`)
  }
}

/** Reads paths that are known beforehand: `vhost`, `vhost/app` or `vhost/app/stream`, with commas between. */
export function readResources(value: string): readonly string[] {
  return listed(value).map((resource) => {
    const [, app = '', ...rest] = resource.split('/')
    if (!/^[^/\s?#\p{Cc}]{1,100}(\/[^/\s?#\p{Cc}]{1,100}){0,2}$/u.test(resource) || rest.length > 1)
      throw refusal(`"${resource}" is none of vhost, vhost/app and vhost/app/stream.`)
    if (!RESERVED_APPLICATIONS.includes(app)) return resource
    throw refusal(
      `no application can be called "${app}", as in "${resource}": /${app} is the server's own. Choose another name.`,
    )
  })
}

/** Reads how many requests are too many, such as `200/5m`. */
export function readRequestLimit(value: string): RequestLimit {
  const { count, window } = readCountInTime(value, 'give how many in how long, such as 200/5m.')
  return { requests: count, window }
}

/** Reads the name of a cookie (RFC 6265 4.1.1). */
export function readCookieName(value: string): string {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/.test(value)) return value
  throw refusal(
    'give the name of a cookie: 1 to 64 letters, digits and marks such as "-" and "_", without spaces.',
  )
}
