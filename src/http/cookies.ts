/**
 * Taking back the session cookie.
 *
 * @module
 */
import type { FastifyReply } from 'fastify'
import { CLEAR_SITE_DATA, type CookieName, expireCookie as write } from '../protocol/cookies.ts'

/**
 * Tells the browser that the session it held by a cookie, if it did, is over: to forget that cookie (RFC 6265 5.3),
 * and whatever else it keeps of this site.
 *
 * Browsers heed that on a secure line alone. A cookie that was taken came over one, or never left this machine.
 */
export function expireCookie(reply: FastifyReply, name: CookieName | undefined): void {
  if (name !== undefined) reply.headers({ 'set-cookie': write(name), 'clear-site-data': CLEAR_SITE_DATA })
}
