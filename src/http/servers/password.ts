/**
 * Passwords of programs that know no other way to say who they are.
 *
 * @module
 */
import { hash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header carries that password, of whatever user (RFC 7617 2). Compared in constant time. */
export function isPassword(authorization: string | undefined, password: string): boolean {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? []
  const [, given] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return given !== undefined && timingSafeEqual(digest(given), digest(password))
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
