/**
 * Taking back the session cookie.
 *
 * @module
 */
import type { FastifyReply } from 'fastify'
import { SECURE_COOKIE } from './credentials.ts'

/** Tells the browser to forget the cookie that carried a token, if one did (RFC 6265 5.3). */
export function expireCookie(reply: FastifyReply, name: string | undefined): void {
  if (name === undefined) return
  const secure = name === SECURE_COOKIE ? '; Secure' : ''
  reply.header('set-cookie', `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`)
}
