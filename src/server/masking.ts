/**
 * Settings that people may look at, with the secrets in them taken out.
 *
 * @module
 */

const SECRET = /key|secret|token|password/
const CREDENTIAL = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i
const RECOGNISABLE = /^rck_/

/** Writes a setting as it was given, without what would let its reader in somewhere. */
export function masked(flag: string, given: string): string {
  if (SECRET.test(flag)) return `${RECOGNISABLE.exec(given)?.[0] ?? ''}…`
  return given.replace(CREDENTIAL, '$1…@')
}
