/**
 * Ending sessions, by every selector.
 *
 * @module
 */
import { DENY_KEYS, type DenyKey } from '../core/denial.ts'
import { RollcallError } from '../core/errors.ts'
import { isSessionId } from '../core/id.ts'
import type { Count, Page } from '../core/page.ts'
import { isLive } from '../core/policy.ts'
import { BEGINNING, joinPositions } from '../core/position.ts'
import type { SessionFilter, SessionSelector } from '../core/selector.ts'
import { END_REASONS, type SessionRecord } from '../core/session.ts'
import type {
  BatchSelector,
  EndedAll,
  EndedBatch,
  EpochScope,
  NewEnding,
  SessionReads,
  SessionStore,
  SessionWrites,
} from '../core/store.ts'
import { toMilliseconds } from '../core/time.ts'
import type { ActivityLog } from './activity.ts'
import type { SessionCache } from './cache.ts'
import type { Ended, EndRequest } from './ended.ts'
import { LIBRARY } from './library.ts'
import { asksForActivity, requireSelector } from './selecting.ts'
import { requireFields, requireOneOf } from './validate.ts'
import { type WaitingParts, waiter } from './waiting.ts'

/** What ending needs. */
export interface EndParts extends WaitingParts {
  readonly cache: SessionCache

  /** Called after each write, so that the rest hears of it soon. */
  readonly wrote: () => void
}

/** Sessions that one write ends at the most, where they are ended one by one. */
const BATCH = 500

/** Makes the verb. It returns once everything it counts is durably over, on this node at once. */
export function ender(
  parts: EndParts & { readonly activity: Pick<ActivityLog, 'flush'> },
): (selector: SessionSelector, request?: EndRequest) => Promise<Ended> {
  const { store, cache, wrote, activity, receipts } = parts

  /** Writes what this node knows of who was just active, where that decides who is meant. */
  const catchUp = async (filter: SessionFilter): Promise<void> =>
    asksForActivity(filter) ? activity.flush() : undefined

  return async (pointed, request = {}) => {
    const selector = requireSelector(pointed)
    const ending = toEnding(selector, request)
    const waiting = waiter({ store, receipts }, request)
    if (request.dryRun) {
      if ('filter' in selector) await catchUp(selector.filter)
      return rehearse(store, selector, selector.realm)
    }
    return waiting.settle(await endPointedAt(waiting.store, selector, ending).finally(wrote))
  }

  async function endPointedAt(
    store: SessionStore,
    selector: SessionSelector & { readonly realm: string },
    ending: NewEnding,
  ): Promise<Ended> {
    const { realm } = selector
    if ('filter' in selector)
      return orDrop(cache, endFiltered(store, cache, { ...selector.filter, realm }, ending, catchUp))
    if ('id' in selector) return endIds(store, cache, { realm, ids: [selector.id] }, ending)
    if ('ids' in selector) return endIds(store, cache, { realm, ids: selector.ids }, ending)
    if ('everyone' in selector) return endScope(store, cache, { realm }, ending)
    if ('userId' in selector) return endScope(store, cache, selector, ending)
    return orDrop(cache, endBatches(store, cache, selector, ending))
  }
}

/** Where it is not known whom an end that failed was to end, nothing that is at hand may stand in for the store. */
async function orDrop(cache: SessionCache, end: Promise<Ended>): Promise<Ended> {
  return end.catch((fault: unknown) => {
    cache.clear()
    throw fault
  })
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

/** Ends sessions by their ids, each in one write with what is kept out of it. What is no session id is nobody's. */
async function endIds(
  store: SessionWrites,
  cache: SessionCache,
  { realm, ids: given }: { readonly realm: string; readonly ids: readonly string[] },
  ending: NewEnding,
): Promise<Ended> {
  const ids = [...new Set(given)].filter(isSessionId)
  for (const id of ids) cache.dropSession(id)
  let done: EndedAll = { ended: 0, descendants: 0, position: BEGINNING }
  for (let start = 0; start === 0 || start < ids.length; start += BATCH) {
    const selector = { realm, ids: ids.slice(start, start + BATCH) }
    done = sum(done, await endBatch(store, cache, selector, ending))
  }
  return toEnded(done)
}

async function endBatch(
  store: SessionWrites,
  cache: SessionCache,
  selector: BatchSelector,
  ending: NewEnding,
): Promise<EndedBatch> {
  const batch = await store.end(selector, ending, BATCH)
  for (const { id } of [...batch.ended, ...batch.descendants]) cache.dropSession(id)
  return batch
}

function sum(before: EndedAll, { ended, descendants, position }: EndedBatch): EndedAll {
  return {
    ended: before.ended + ended.length,
    descendants: before.descendants + descendants.length,
    position: joinPositions([before.position, position]),
  }
}

async function endBatches(
  store: SessionWrites,
  cache: SessionCache,
  selector: BatchSelector,
  ending: NewEnding,
): Promise<Ended> {
  let done: EndedAll = { ended: 0, descendants: 0, position: BEGINNING }
  for (;;) {
    const batch = await endBatch(store, cache, selector, ending)
    done = sum(done, batch)
    if (batch.ended.length < BATCH) return toEnded(done)
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
  catchUp: (filter: SessionFilter) => Promise<void>,
): Promise<Ended> {
  const { realm } = filter
  const { position } = await store.read(undefined, 1)
  let done: EndedAll = { ended: 0, descendants: 0, position }
  let cursor: string | undefined
  do {
    await catchUp(filter)
    const page: Page<SessionRecord> = await store.list({
      ...filter,
      status: 'live',
      limit: BATCH,
      ...(cursor !== undefined && { cursor }),
    })
    cursor = page.nextCursor
    const ids = page.items.map(({ id }) => id)
    if (ids.length === 0) continue
    await catchUp(filter)
    done = sum(done, await endBatch(store, cache, { realm, ids, filter }, ending))
  } while (cursor !== undefined)
  return toEnded(done)
}

/** What an end did, as the engine says it. */
export function toEnded({ ended, descendants, position }: EndedAll): Ended {
  return { ended, descendants, matched: ended, exact: true, receipt: { position, nodes: [] } }
}

/** What an epoch ends is not looked at one by one, so that nothing but the user is there to be kept out. */
function requireDeniable(selector: SessionSelector, keys: readonly DenyKey[]): void {
  const other = keys.find((key) => key !== 'user')
  if (!('everyone' in selector || 'userId' in selector)) return
  if ('userId' in selector && other === undefined) return
  throw new RollcallError(
    'bad-request',
    'everyone' in selector
      ? 'Everyone cannot be kept out. End by a filter to keep out what that means, or leave out "deny".'
      : `An end of a user keeps out the user. To keep out each ${other} too, end by the filter {"user": …}.`,
  )
}

function toEnding(selector: SessionSelector, request: EndRequest): NewEnding {
  requireFields(request, 'request to end', ['reason', 'by', 'deny', 'dryRun', 'wait', 'timeout'])
  const { reason = 'revoked', by = LIBRARY, deny } = request
  requireOneOf(reason, 'reason', END_REASONS)
  return deny === undefined ? { reason, by } : { reason, by, deny: toDeny(selector, deny) }
}

function toDeny(
  selector: SessionSelector,
  deny: NonNullable<EndRequest['deny']>,
): NonNullable<NewEnding['deny']> {
  requireFields(deny, 'denial', ['keys', 'span'])
  const { keys, span } = deny
  if (!Array.isArray(keys) || keys.length === 0)
    throw new RollcallError('bad-request', `A denial names what to keep out: ${DENY_KEYS.join(', ')}.`)
  for (const key of keys) requireOneOf(key, 'key to deny', DENY_KEYS)
  requireDeniable(selector, keys)
  return { keys, span: toMilliseconds(span, 'deny span') }
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
  if ('filter' in selector) return selector.filter
  if ('userId' in selector) return { userId: selector.userId, topLevel: true }
  if ('parentId' in selector) return { parentId: selector.parentId }
  return { resource: selector.resource, ...(selector.name !== undefined && { name: selector.name }) }
}

async function countLive(store: SessionReads, ids: readonly string[], realm: string): Promise<Count> {
  const found = await Promise.all([...new Set(ids)].filter(isSessionId).map((id) => store.find(id)))
  const live = found.filter((each) => each?.record.realm === realm && isLive(each.record, each.at))
  return { count: live.length, exact: true }
}

async function countKept(store: SessionReads, id: string, userId: string, realm: string): Promise<number> {
  const found = await store.find(id)
  return found?.record.userId === userId && found.record.realm === realm && isLive(found.record, found.at)
    ? 1
    : 0
}
