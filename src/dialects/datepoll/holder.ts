/**
 * Who calls: the holder of the login whose token a request carries.
 *
 * @module
 */
import type { Session } from '../../core/session.ts'
import type { SessionManager, Verdict } from '../../engine/manager.ts'
import type { Exchange } from '../../http/dialects/contract.ts'
import { fieldsOf, formFields } from '../shared/fields.ts'
import type { Unauthorized } from './answers.ts'

/** A live login of the realm, and its user. */
export interface Holder {
  readonly session: Session
  readonly userId: string
}

/** Finds the holder, or says why there is none. */
export async function findHolder(
  exchange: Exchange,
  sessions: SessionManager,
  realm: string,
): Promise<Holder | Unauthorized> {
  const token = presented(exchange)
  if (token === undefined) return 'token_not_provided'
  const verdict = await sessions.verify(token, { realm })
  return holderIn(verdict, realm) ?? (ranOut(verdict, realm) ? 'token_expired' : 'token_incorrect')
}

/** The holder that a verdict tells of; a session of another realm or kind has none. */
export function holderIn(verdict: Verdict, realm: string): Holder | undefined {
  if (!verdict.ok || !isLoginOf(verdict.session, realm)) return undefined
  const { session } = verdict
  return session.userId === undefined ? undefined : { session, userId: session.userId }
}

/**
 * The token in the query, as the origin's clients send it, else in the body, else as `Authorization: Bearer`
 * (RFC 6750 2.1). What is there and is no text cannot be a token, and is looked at as one that is wrong.
 */
function presented(exchange: Exchange): string | undefined {
  const { query, headers } = exchange
  const [, bearer] = /^bearer +(.*)$/i.exec(headers.authorization ?? '') ?? []
  const found = [formFields(query).get('token'), fieldsOf(exchange).get('token') ?? undefined, bearer?.trim()]
  const first = found.find((value) => value !== undefined && value !== '')
  return first === undefined || typeof first === 'string' ? first : JSON.stringify(first)
}

function ranOut(verdict: Verdict, realm: string): boolean {
  if (verdict.ok || verdict.reason !== 'ended' || !isLoginOf(verdict.session, realm)) return false
  return verdict.ending.reason === 'expired' || verdict.ending.reason === 'idle'
}

function isLoginOf(session: Session, realm: string): boolean {
  return session.realm === realm && session.kind === 'login'
}
