/**
 * Who calls: the holder of a login, nobody, or somebody who is banned.
 *
 * @module
 */

import type { Session } from '../../core/session.ts'
import type { User } from '../../core/user.ts'
import type { SessionManager, Verdict } from '../../engine/manager.ts'
import type { Exchange } from '../../http/dialects/contract.ts'

/** A live login, and whose it is. */
export interface Holder {
  readonly session: Session
  readonly userId: string
  readonly isStaff: boolean
}

/** Who a request comes from. A token that stands for nothing is as good as none. */
export type Identified =
  | { readonly is: 'holder'; readonly holder: Holder }
  | { readonly is: 'banned'; readonly userId: string }
  | { readonly is: 'nobody' }

const NOBODY: Identified = { is: 'nobody' }

/** Decides who a request comes from. Whoever is banned now is so with any token that ever was theirs. */
export async function identify(
  sessions: SessionManager,
  realm: string,
  { headers }: Exchange,
): Promise<Identified> {
  const token = headers.authorization?.replace(/^bearer +/i, '').trim() ?? ''
  if (token === '') return NOBODY
  const verdict = await sessions.verify(token, { realm })
  const session = 'session' in verdict ? verdict.session : undefined
  if (session?.userId === undefined || session.realm !== realm || session.kind !== 'login') return NOBODY
  const { userId } = session
  const user = await ownerOf(sessions, verdict, session)
  if (user?.banned) return { is: 'banned', userId }
  if (!verdict.ok) return NOBODY
  return { is: 'holder', holder: { session, userId, isStaff: (user?.role ?? 'member') !== 'member' } }
}

async function ownerOf(
  sessions: SessionManager,
  verdict: Verdict,
  { userId = '', realm }: Session,
): Promise<User | undefined> {
  return verdict.ok ? verdict.user : sessions.users.get(userId, realm)
}
