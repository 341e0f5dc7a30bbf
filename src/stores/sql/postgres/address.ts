/**
 * Where PostgreSQL is: URLs that may name several hosts, and the schema that keeps stores apart.
 *
 * @module
 */
import { RollcallError } from '../../../core/errors.ts'

/** The schema of a store that names none. */
export const DEFAULT_SCHEMA = 'rollcall'

/**
 * A URL for each of its hosts, in their order: `postgres://user:secret@one:5432,two:5432/database`.
 *
 * @throws RollcallError `bad-request` for a text that is no such URL. It never repeats the text, which may hold a secret.
 */
export function eachHost(url: string): readonly string[] {
  const [, scheme, user = '', hosts = '', rest = ''] = URL_PARTS.exec(url) ?? []
  const each = hosts.split(',').map((host) => `${scheme}${user}${host}${rest}`)
  if (scheme === undefined || !each.every((one) => URL.canParse(one))) {
    throw new RollcallError(
      'bad-request',
      'The URL of PostgreSQL cannot be read. Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE.',
    )
  }
  return each
}

/** What a URL may be called in messages: hosts and database, no secret. */
export function nameOf(url: string): string {
  const [, , , hosts = '', rest = ''] = URL_PARTS.exec(url) ?? []
  return `postgres://${hosts}${rest.replace(/\?.*$/, '')}`
}

/** @throws RollcallError `bad-request` for a name that would have to be quoted. */
export function checkSchema(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema
  throw new RollcallError(
    'bad-request',
    `"${schema}" cannot be the schema of a store: use a to z, 0 to 9 and _, beginning with a letter, 63 at most.`,
  )
}

const URL_PARTS = /^(postgres(?:ql)?:\/\/)((?:[^@/?#]*@)?)([^/?#]*)(.*)$/s
