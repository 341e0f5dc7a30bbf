/**
 * Changing what is kept beside a session.
 *
 * @module
 */
import type { Env } from '../core/env.ts'
import { RollcallError } from '../core/errors.ts'
import { isSessionId } from '../core/id.ts'
import { isLive } from '../core/policy.ts'
import { type Device, type Session, type SessionRecord, toSession } from '../core/session.ts'
import type { SessionStore } from '../core/store.ts'
import { hashSecret, newToken } from '../core/token.ts'
import type { SessionCache } from './cache.ts'
import type { SessionPatch, Updated } from './manager.ts'
import type { Settled } from './settled.ts'
import { requireAuthentication, requireData, requireLabel } from './validate.ts'

const ATTEMPTS = 5

/** What updating needs. */
export interface UpdateParts {
  readonly store: SessionStore
  readonly env: Env
  readonly cache: SessionCache
  readonly policy: Settled
}

/**
 * Makes the verb. Changes made at the same time by others are kept: it reads again and tries again.
 *
 * @throws RollcallError `not-found` where there is no such live session; `conflict` after five lost races.
 */
export function updater({
  store,
  env,
  cache,
  policy,
}: UpdateParts): (id: string, patch: SessionPatch) => Promise<Updated> {
  return async (id, patch) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await findLive(id)
      const next = apply(before, patch)
      const token = changesPrivileges(before, next) ? newToken(env, id) : undefined
      const proof = patch.authentication && {
        ...(token !== undefined && {
          successor: { hash: hashSecret(env, token), grace: policy.refreshGrace },
        }),
      }
      const replaced = await store.replace(next, proof).finally(() => cache.dropSession(id))
      if (replaced) return { session: await read(id, next), ...(token !== undefined && { token }) }
    }
    throw new RollcallError('conflict', 'Others kept changing this session. Try again.')
  }

  async function findLive(id: string): Promise<SessionRecord> {
    const found = isSessionId(id) ? await store.find(id) : undefined
    if (found !== undefined && isLive(found.record, found.at)) return found.record
    throw new RollcallError('not-found')
  }

  async function read(id: string, expected: SessionRecord): Promise<Session> {
    return toSession((await store.find(id))?.record ?? expected)
  }
}

/** A token that was handed out for less is not to be worth more (OWASP session management, renewal). */
function changesPrivileges(before: SessionRecord, after: SessionRecord): boolean {
  return before.tokenHash !== undefined && before.authentication?.level !== after.authentication?.level
}

function apply(record: SessionRecord, { label, data, authentication }: SessionPatch): SessionRecord {
  const { data: before, ...rest } = record
  const after = data === undefined ? before : (data ?? undefined)
  return {
    ...rest,
    device: label === undefined ? record.device : relabel(record.device, label),
    ...(after && { data: requireData(after) }),
    ...(authentication && { authentication: requireAuthentication(authentication) }),
  }
}

function relabel({ label: _before, ...device }: Device, label: string | null): Device {
  return label === null ? device : { ...device, label: requireLabel(label) }
}
