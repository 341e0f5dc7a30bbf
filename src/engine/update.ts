/**
 * Changing what is kept beside a session.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import { isLive } from '../core/policy.ts'
import { type Device, type Session, type SessionRecord, toSession } from '../core/session.ts'
import type { SessionStore } from '../core/store.ts'
import type { SessionCache } from './cache.ts'
import type { SessionPatch } from './manager.ts'
import { requireData, requireText } from './validate.ts'

const ATTEMPTS = 5

/**
 * Makes the verb. Changes made at the same time by others are kept: it reads again and tries again.
 *
 * @throws RollcallError `not-found` where there is no such live session; `conflict` after five lost races.
 */
export function updater(
  store: SessionStore,
  cache: SessionCache,
): (id: string, patch: SessionPatch) => Promise<Session> {
  return async (id, patch) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await store.find(id)
      if (found === undefined || !isLive(found.record, found.at)) throw new RollcallError('not-found')
      const next = apply(found.record, patch)
      const replaced = await store.replace(next).finally(() => cache.dropSession(id))
      if (replaced) return toSession({ ...next, revision: next.revision + 1 })
    }
    throw new RollcallError('conflict', 'Others kept changing this session. Try again.')
  }
}

function apply(record: SessionRecord, { label, data }: SessionPatch): SessionRecord {
  const { data: before, ...rest } = record
  const after = data === undefined ? before : (data ?? undefined)
  return {
    ...rest,
    device: label === undefined ? record.device : relabel(record.device, label),
    ...(after && { data: requireData(after) }),
  }
}

function relabel({ label: _before, ...device }: Device, label: string | null): Device {
  return label === null ? device : { ...device, label: requireText(label, 'label', 128) }
}
