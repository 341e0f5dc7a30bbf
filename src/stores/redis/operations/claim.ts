/**
 * Names: claimed where the resource is kept, before the session begins where its user is.
 *
 * A claim is worth what its holder is: one whose holder is over is taken over, by compare and set. While a session is
 * about to begin, its claim is pending: whoever meets it waits, at the most until its deadline, and then sees to it that
 * the session can no longer begin before taking the name. A claim that takes another's place remembers that one.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { SessionRecord } from '../../../core/session.ts'
import type { Guards, SessionDraft } from '../../../core/store.ts'
import type { Instant } from '../../../core/time.ts'
import { ask, listOf } from '../access.ts'
import { baseOf, KEYS, partitionOfId, partitionOfName, restOfId } from '../keys.ts'
import { readSession } from '../record.ts'
import { ASK_HOLDER, CLAIM_NAME, SETTLE_NAME } from '../scripts/claim.ts'
import { type Kit, persist } from './kit.ts'

/** How long a session may take to begin once its name is claimed, in milliseconds. */
const CLAIM_PATIENCE = 5_000

/** First and longest pause before a pending claim is looked at again, in milliseconds. */
const PAUSES = { first: 2, longest: 50 } as const

/** A name, as a session holds it. */
export interface Named {
  readonly realm: string
  readonly kind: string
  readonly resource: string
  readonly name: string
}

/** A claim that was made. */
export interface Claim extends Named {
  /** What is kept, to the letter. */
  readonly text: string

  /** When its session must have begun. */
  readonly deadline: Instant

  /** The claim in whose place it came: it is put back if the session does not begin. */
  readonly before?: string

  /** What follows the partition in the id of the session that holds the name and is to give way. */
  readonly givesWay?: string
}

/** The name of a session or a draft, as claims know it; undefined where it has none. */
export function nameOf({
  realm,
  kind,
  resource = '',
  name,
}: Pick<SessionDraft, 'realm' | 'kind' | 'resource' | 'name'>): Named | undefined {
  if (name === undefined) return undefined
  return { realm, kind, resource: resource.toWellFormed(), name: name.toWellFormed() }
}

/** Claims the name of a draft; `taken` where a session holds it that lives and is not to give way. */
export function claimName(
  kit: Kit,
  draft: SessionDraft,
  guards: Guards,
): Promise<Claim | 'taken' | undefined> {
  const named = nameOf(draft)
  if (named === undefined) return Promise.resolve(undefined)
  const pauses = pausing()
  let expected: string | undefined
  let before: string | undefined
  let givesWay: string | undefined
  return persist(async () => {
    const claimed = await tryToClaim(kit, named, { holder: draft.id, expected, before })
    const [holder, deadline, previous] = JSON.parse(claimed.text) as KeptClaim
    if (holder === draft.id && !claimed.isLate)
      return {
        ...named,
        text: claimed.text,
        deadline,
        ...(before && { before }),
        ...(givesWay && { givesWay }),
      }
    expected = before = givesWay = undefined
    if (deadline > 0 && !claimed.isLate) return pauses.next()
    const live = await askHolder(kit, named, holder, deadline > 0)
    if (live === undefined && previous !== 0) {
      await settle(kit, named, claimed.text, previous)
      return undefined
    }
    expected = claimed.text
    if (live === undefined) return undefined
    if (!isToGiveWay(live, draft, guards)) return 'taken'
    before = JSON.stringify([holder, 0, 0])
    givesWay = restOfId(holder)
    return undefined
  })
}

/** Settles a claim whose session has begun. */
export async function settleClaim(kit: Kit, claim: Claim): Promise<void> {
  const [holder] = JSON.parse(claim.text) as KeptClaim
  await settle(kit, claim, claim.text, JSON.stringify([holder, 0, 0]))
}

/** Gives a claim back whose session did not begin: to whoever held the name before, if anybody did. */
export async function releaseClaim(kit: Kit, claim: Claim): Promise<void> {
  await settle(kit, claim, claim.text, claim.before)
}

/** Removes the claims of sessions that are about to be forgotten, where they still have them. */
export async function forgetClaims(kit: Kit, records: readonly SessionRecord[]): Promise<void> {
  await Promise.all(
    records.map(async (record) => {
      const named = nameOf(record)
      const kept = named && (await readClaim(kit, named))
      if (named && kept && (JSON.parse(kept) as KeptClaim)[0] === record.id) await settle(kit, named, kept)
    }),
  )
}

/** Makes a session that is to be taken in the holder of its name. Answers false where another that lives has it. */
export function adoptClaim(kit: Kit, record: SessionRecord): Promise<boolean> {
  const named = nameOf(record)
  if (named === undefined) return Promise.resolve(true)
  const settled = JSON.stringify([record.id, 0, 0])
  const pauses = pausing()
  return persist(async () => {
    if (await settle(kit, named, undefined, settled)) return true
    const kept = await readClaim(kit, named)
    if (kept === undefined) return undefined
    const [holder, deadline, previous] = JSON.parse(kept) as KeptClaim
    if (holder === record.id) return true
    if (deadline > 0 && previous === 0) return pauses.next()
    if ((await askHolder(kit, named, holder, false)) !== undefined) return false
    return (await settle(kit, named, kept, settled)) ? true : undefined
  })
}

/** The id of whoever holds a name, or did last; undefined where nobody is known to. */
export async function findHolder(kit: Kit, named: Named): Promise<string | undefined> {
  const kept = await readClaim(kit, named)
  if (kept === undefined) return undefined
  const [holder, , previous] = JSON.parse(kept) as KeptClaim
  return previous === 0 ? holder : (JSON.parse(previous) as KeptClaim)[0]
}

/** A claim as it is kept. */
type KeptClaim = readonly [holder: string, deadline: Instant, before: string | 0]

interface Attempt {
  readonly holder: string
  readonly expected: string | undefined
  readonly before: string | undefined
}

async function tryToClaim(kit: Kit, named: Named, attempt: Attempt) {
  const request = { ...named, ...attempt, patience: CLAIM_PATIENCE }
  const [text, isLate] = listOf(await ask(kit, CLAIM_NAME, placeOf(named), request))
  return { text: String(text), isLate: isLate === 1 }
}

async function askHolder(
  kit: Kit,
  { realm }: Named,
  id: string,
  isPending: boolean,
): Promise<SessionRecord | undefined> {
  const partition = partitionOfId(id)
  if (partition === undefined) return undefined
  const request = { holder: restOfId(id), epoch: await kit.epochs.of(realm), void: isPending }
  const text = await ask(kit, ASK_HOLDER, partition, request)
  return typeof text === 'string' ? readSession(partition, restOfId(id), text) : undefined
}

/** Puts one claim in the place of another. Answers false where that is not kept any more. */
async function settle(kit: Kit, named: Named, expected: string | undefined, next?: string): Promise<boolean> {
  const { realm, kind, resource, name } = named
  return (await ask(kit, SETTLE_NAME, placeOf(named), { realm, kind, resource, name, expected, next })) === 1
}

async function readClaim({ client, prefix }: Kit, named: Named): Promise<string | undefined> {
  const { realm, kind, resource, name } = named
  const partition = placeOf(named)
  const key = baseOf(prefix, partition) + KEYS.claim(realm, kind, resource, name)
  const kept = await client.read(partition, 'GET', key)
  return typeof kept === 'string' ? kept : undefined
}

function placeOf({ realm, resource }: Named): string {
  return partitionOfName(realm, resource)
}

/** Whether a session is one that a draft replaces, or lives under one. */
function isToGiveWay(holder: SessionRecord, draft: SessionDraft, { replaces }: Guards): boolean {
  if (replaces === undefined || draft.userId === undefined || holder.userId !== draft.userId) return false
  if ('id' in replaces) return replaces.id === holder.id || replaces.id === holder.parentId
  return replaces.label.toWellFormed() === holder.device.label
}

/** Pauses that grow. */
function pausing(): { next(): Promise<undefined> } {
  let pause: number = PAUSES.first
  return {
    async next() {
      await wait(pause)
      pause = Math.min(2 * pause, PAUSES.longest)
      return undefined
    },
  }
}
