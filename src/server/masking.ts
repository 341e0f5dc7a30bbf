/**
 * Settings that people may look at, with the secrets in them taken out.
 *
 * @module
 */

const SECRET = /key|secret|token|password/
const RECOGNISABLE = /^rck_/

/** Writes a setting as it was given, without what would let its reader in somewhere. */
export function masked(flag: string, given: string): string {
  if (SECRET.test(flag)) return `${RECOGNISABLE.exec(given)?.[0] ?? ''}…`
  return given
    .replace(CREDENTIALS, '$1…@')
    .replace(SECRET_PARAMETERS, '$1…')
    .replace(RELAY_CREDENTIALS, '$1…')
}

/** Who is let in with what, at the beginning of a URL. A password may have in it what should have been encoded. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/).*@/is

/** The same in the query of one. */
const SECRET_PARAMETERS = /([?&][^=&]*(?:pass|secret|key)[^=&]*=)[^&]*/gi

/** What a relay is used with. */
const RELAY_CREDENTIALS = /(;credential=)[^;,]*/gi

/** Takes passwords out of the URLs of stores, wherever they stand in a text. */
export function withoutStoreSecrets(text: string): string {
  return text.replace(STORE_URLS, (url) => masked('store', url))
}

const STORE_URLS = /\b(?:postgres(?:ql)?|rediss?|redis-cluster):\/\/[^\s"'`<>]+/gi
