/**
 * Ending sessions, by every selector.
 *
 * @module
 */
import { RollcallError } from '../core/errors.ts'
import type { Count, Page } from '../core/page.ts'
import { isLive } from '../core/policy.ts'
import type { SessionFilter, SessionSelector } from '../core/selector.ts'
import type { SessionRecord } from '../core/session.ts'
import type {
  BatchSelector,
  EndedAll,
  EpochScope,
  NewEnding,
  SessionReads,
  SessionStore,
  SessionWrites,
} from '../core/store.ts'
import { toMilliseconds } from '../core/time.ts'
import { DEFAULT_REALM } from '../core/user.ts'
import type { SessionCache } from './cache.ts'
import type { Ended, EndRequest } from './manager.ts'
import { requireFilter, requireRealm, requireUserId } from './validate.ts'

/** What ending needs. */
export interface EndParts {
  readonly store: SessionStore
  readonly cache: SessionCache

  /** Called after each write, so that the rest hears of it soon. */
  readonly wrote: () => void
}

/** Sessions that one write ends at the most, where they are ended one by one. */
const BATCH = 500

/** Makes the verb. It returns once everything it counts is durably over, on this node at once. */
export function ender({
  store,
  cache,
  wrote,
}: EndParts): (selector: SessionSelector, request?: EndRequest) => Promise<Ended> {
  return async (selector, request = {}) => {
    const realm = requireRealm(selector.realm ?? DEFAULT_REALM)
    if ('userId' in selector) requireUserId(selector.userId)
    requireDeniable(selector, request)
    if (request.dryRun) return rehearse(store, selector, realm)
    const ending = toEnding(request)
    try {
      const scope = toScope(selector, realm)
      if (scope !== undefined) return await endScope(store, cache, scope, ending)
      if ('filter' in selector) return await endFiltered(store, cache, { ...selector.filter, realm }, ending)
      return await endBatches(store, cache, toBatchSelector(selector, realm), ending)
    } finally {
      wrote()
    }
  }
}

async function endScope(
  store: SessionWrites,
  cache: SessionCache,
  scope: EpochScope,
  ending: NewEnding,
): Promise<Ended> {
  const drop = (): void => dropScope(cache, scope)
  drop()
  const { ended, descendants, position } = await store.advanceEpoch(scope, ending).finally(drop)
  return toEnded({ ended, descendants, position })
}

/** Drops from the cache what an epoch is about to end, or has ended. */
export function dropScope(cache: SessionCache, { realm, userId }: EpochScope): void {
  if (userId === undefined) cache.dropRealm(realm)
  else cache.dropUser(realm, userId)
}

async function endBatches(
  store: SessionWrites,
  cache: SessionCache,
  selector: BatchSelector,
  ending: NewEnding,
): Promise<Ended> {
  for (const id of 'id' in selector ? [selector.id] : 'ids' in selector ? selector.ids : [])
    cache.dropSession(id)
  let ended = 0
  let descendants = 0
  for (;;) {
    const batch = await store.end(selector, ending, BATCH)
    for (const { id } of [...batch.ended, ...batch.descendants]) cache.dropSession(id)
    ended += batch.ended.length
    descendants += batch.descendants.length
    if (batch.ended.length < BATCH) return toEnded({ ended, descendants, position: batch.position })
  }
}

/**
 * Ends what a filter means, page by page: each page is searched for away from the writer, which then ends those that
 * are still meant. Sessions that begin meanwhile are not looked at.
 */
async function endFiltered(
  store: SessionStore,
  cache: SessionCache,
  filter: SessionFilter & { readonly realm: string },
  ending: NewEnding,
): Promise<Ended> {
  const { realm } = filter
  let { position } = await store.read(undefined, 1)
  let ended = 0
  let descendants = 0
  let cursor: string | undefined
  do {
    const page: Page<SessionRecord> = await store.list({
      ...requireFilter(filter),
      status: 'live',
      limit: BATCH,
      ...(cursor !== undefined && { cursor }),
    })
    cursor = page.nextCursor
    const ids = page.items.map(({ id }) => id)
    if (ids.length === 0) continue
    const batch = await store.end({ realm, ids, filter }, ending, BATCH)
    for (const { id } of [...batch.ended, ...batch.descendants]) cache.dropSession(id)
    ended += batch.ended.length
    descendants += batch.descendants.length
    position = batch.position
  } while (cursor !== undefined)
  return toEnded({ ended, descendants, position })
}

/** What an end did, as the engine says it. */
export function toEnded({ ended, descendants, position }: EndedAll): Ended {
  return { ended, descendants, matched: ended, exact: true, receipt: { position, nodes: [] } }
}

/** What an epoch ends is not looked at one by one, so that nothing but the user is there to be kept out. */
function requireDeniable(selector: SessionSelector, { deny }: EndRequest): void {
  const other = deny?.keys.find((key) => key !== 'user')
  if (deny === undefined || !('everyone' in selector || 'userId' in selector)) return
  if ('userId' in selector && other === undefined) return
  throw new RollcallError(
    'bad-request',
    'everyone' in selector
      ? 'Everyone cannot be kept out. End by a filter to keep out what that means, or leave out "deny".'
      : `An end of a user keeps out the user. To keep out each ${other} too, end by the filter {"user": …}.`,
  )
}

function toEnding({
  reason = 'revoked',
  by = { kind: 'system', id: 'library' },
  deny,
}: EndRequest): NewEnding {
  return {
    reason,
    by,
    ...(deny && { deny: { keys: deny.keys, span: toMilliseconds(deny.span, 'deny span') } }),
  }
}

function toScope(selector: SessionSelector, realm: string): EpochScope | undefined {
  if ('everyone' in selector) return { realm }
  if (!('userId' in selector)) return undefined
  return { realm, userId: selector.userId, ...(selector.except !== undefined && { except: selector.except }) }
}

function toBatchSelector(selector: SessionSelector, realm: string): BatchSelector {
  if ('everyone' in selector || 'userId' in selector || 'filter' in selector)
    throw new TypeError('these are not ended in batches of their own')
  return { ...selector, realm }
}

async function rehearse(
  store: SessionReads & Pick<SessionStore, 'read'>,
  selector: SessionSelector,
  realm: string,
): Promise<Ended> {
  const { count, exact } = await countPointedAt(store, selector, realm)
  const { position } = await store.read(undefined, 1)
  return { ended: 0, descendants: 0, matched: count, exact, receipt: { position, nodes: [] } }
}

async function countPointedAt(store: SessionReads, selector: SessionSelector, realm: string): Promise<Count> {
  if ('id' in selector) return countLive(store, [selector.id], realm)
  if ('ids' in selector) return countLive(store, selector.ids, realm)
  const { count, exact } = await store.count({ ...toFilter(selector), realm, status: 'live' })
  const kept =
    'userId' in selector && selector.except !== undefined
      ? await countKept(store, selector.except, selector.userId, realm)
      : 0
  return { count: count - kept, exact }
}

function toFilter(
  selector: Exclude<SessionSelector, { readonly id: string } | { readonly ids: readonly string[] }>,
): SessionFilter {
  if ('everyone' in selector) return { topLevel: true }
  if ('filter' in selector) return requireFilter(selector.filter)
  if ('userId' in selector) return { userId: selector.userId, topLevel: true }
  if ('parentId' in selector) return { parentId: selector.parentId }
  return { resource: selector.resource, ...(selector.name !== undefined && { name: selector.name }) }
}

async function countLive(store: SessionReads, ids: readonly string[], realm: string): Promise<Count> {
  const found = await Promise.all([...new Set(ids)].map((id) => store.find(id)))
  const live = found.filter((each) => each?.record.realm === realm && isLive(each.record, each.at))
  return { count: live.length, exact: true }
}

async function countKept(store: SessionReads, id: string, userId: string, realm: string): Promise<number> {
  const found = await store.find(id)
  return found?.record.userId === userId && found.record.realm === realm && isLive(found.record, found.at)
    ? 1
    : 0
}
