/**
 * What a request proves itself with.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { TOKEN_PREFIX } from '../core/token.ts'
import { type CookieName, LOOPBACK_COOKIE, SECURE_COOKIE } from './cookies.ts'
import { tokensOfProtocols } from './live-frames.ts'

/** A token, and what carried it. */
export interface PresentedToken {
  readonly value: string

  /** The name of the cookie that did. */
  readonly cookie?: CookieName

  /** Whether a header did too, which no page of another site can make a browser send. */
  readonly byHeader?: true
}

/** What was found, not yet proven. */
export interface Credentials {
  /** The one session token, and how it came. */
  readonly token?: PresentedToken

  /** What may be an access key, in the order in which it is tried. */
  readonly keys: readonly string[]
}

/**
 * Reads the credentials of a request from its raw headers.
 *
 * A token travels as `Authorization: Bearer` (RFC 6750 2.1), `X-Session-Token`, cookie or subprotocol of a WebSocket; an access key as `Bearer`
 * or `Basic` (RFC 7617), where the whole plaintext is tried before the password.
 *
 * @throws RollcallError `ambiguous-credentials` for two different tokens, and for a header or cookie sent twice.
 */
export function readCredentials(rawHeaders: readonly string[], loopback: boolean): Credentials {
  const found = collect(rawHeaders)
  if (found.authorization.length > 1 || found.sessionToken.length > 1)
    throw ambiguous('The header was sent more than once.')
  const cookies = found.cookie.flatMap((header) => tokenCookies(header, loopback))
  if (new Set(cookies.map(({ name }) => name)).size < cookies.length)
    throw ambiguous('The cookie was sent more than once.')

  const bearer = readAuthorization(found.authorization[0])
  const inHeaders = [
    ...bearer.filter((secret) => secret.startsWith(TOKEN_PREFIX)),
    ...found.sessionToken,
    ...found.protocols.flatMap(tokensOfProtocols),
  ]
  const [value, other] = new Set([...inHeaders, ...cookies.map((cookie) => cookie.value)])
  if (other !== undefined) throw ambiguous('Two different session tokens were sent.')
  const keys = bearer.filter((secret) => !secret.startsWith(TOKEN_PREFIX))
  if (value === undefined) return { keys }
  const [cookie] = cookies
  return {
    keys,
    token: {
      value,
      ...(cookie && { cookie: cookie.name }),
      ...(cookie && inHeaders.length > 0 && { byHeader: true }),
    },
  }
}

interface Collected {
  readonly authorization: string[]
  readonly sessionToken: string[]
  readonly cookie: string[]
  readonly protocols: string[]
}

const HEADERS: Readonly<Record<string, keyof Collected>> = {
  authorization: 'authorization',
  'x-session-token': 'sessionToken',
  cookie: 'cookie',
  'sec-websocket-protocol': 'protocols',
}

function collect(rawHeaders: readonly string[]): Collected {
  const found: Collected = { authorization: [], sessionToken: [], cookie: [], protocols: [] }
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const field = HEADERS[rawHeaders[index]?.toLowerCase() ?? '']
    if (field !== undefined) found[field].push(rawHeaders[index + 1] ?? '')
  }
  return found
}

function tokenCookies(
  header: string,
  loopback: boolean,
): { readonly name: CookieName; readonly value: string }[] {
  const names: readonly CookieName[] = loopback ? [SECURE_COOKIE, LOOPBACK_COOKIE] : [SECURE_COOKIE]
  return header.split(';').flatMap((pair) => {
    const [given = '', value = ''] = splitOnce(pair.trim(), '=')
    const name = names.find((each) => each === given)
    return name !== undefined && value !== '' ? [{ name, value }] : []
  })
}

function readAuthorization(header: string | undefined): readonly string[] {
  const [scheme = '', value = ''] = splitOnce(header ?? '', ' ')
  if (scheme.toLowerCase() === 'bearer') return [value.trim()]
  if (scheme.toLowerCase() !== 'basic') return []
  const plain = decodeBase64(value.trim())
  const [, password = ''] = splitOnce(plain, ':')
  return [plain, password].filter((secret) => secret !== '' && !secret.startsWith(TOKEN_PREFIX))
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

function decodeBase64(text: string): string {
  if (!BASE64.test(text)) return ''
  return new TextDecoder().decode(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)))
}

function splitOnce(text: string, separator: string): readonly string[] {
  const index = text.indexOf(separator)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + separator.length)]
}

function ambiguous(what: string): RollcallError {
  return new RollcallError('ambiguous-credentials', `${what} Send one credential, once.`)
}
