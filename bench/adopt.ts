/**
 * A population that is taken in as it is, many at a time: the fastest way to fill a store, and nothing in the journal.
 *
 * @module
 */
import type { Portable, PortableStore } from '../src/core/portable.ts'
import type { SessionDraft } from '../src/core/store.ts'
import { draftOf } from './fill.ts'
import { SESSIONS_PER_USER, userOf } from './people.ts'

/** Takes in so many live logins, begun one a millisecond. Returns the tokens of some, `most` at the most, spread over all of them. */
export async function adopt(
  store: PortableStore,
  sessions: number,
  most: number,
): Promise<readonly string[]> {
  const tokens: string[] = []
  const every = Math.max(1, Math.ceil(sessions / most))
  const began = Date.now() - sessions
  const underWay = new Set<Promise<void>>()
  for (let start = 0; start < sessions; start += AT_ONCE) {
    const items: Portable[] = []
    for (let number = start; number < Math.min(start + AT_ONCE, sessions); number++) {
      const { draft, token } = draftOf(userOf(number), number)
      if (number % SESSIONS_PER_USER === 0) items.push(userOfDraft(draft, began))
      items.push(sessionOfDraft(draft, number, began))
      if (number % every === 0) tokens.push(token)
    }
    const taking = takeIn(store, items).finally(() => underWay.delete(taking))
    underWay.add(taking)
    if (underWay.size >= BATCHES) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  return tokens
}

/** Sessions that are taken in together, all of a user's among them, and how many such batches are under way at a time. */
const AT_ONCE = 200 * SESSIONS_PER_USER
const BATCHES = 4

async function takeIn(store: Pick<PortableStore, 'adopt'>, items: readonly Portable[]): Promise<void> {
  const taken = await store.adopt(items)
  if (taken !== items.length) throw new Error(`Of ${items.length} things the store took in ${taken}`)
}

function userOfDraft({ realm, userId: id = '' }: SessionDraft, began: number): Portable {
  const user = { id, realm, role: 'member', banned: false, epoch: 0, createdAt: began } as const
  return { kind: 'user', user, lastStamp: Math.floor(began / 1_000) + SESSIONS_PER_USER }
}

function sessionOfDraft({ lifetime, idle, ...draft }: SessionDraft, number: number, began: number): Portable {
  const issuedAt = began + number
  const session = {
    ...draft,
    serial: number + 1,
    stamp: Math.floor(began / 1_000) + (number % SESSIONS_PER_USER),
    issuedAt,
    authenticatedAt: issuedAt,
    lastActiveAt: issuedAt,
    expiresAt: issuedAt + lifetime,
    ...(idle !== undefined && { idle, idleExpiresAt: issuedAt + idle }),
    realmEpoch: 0,
    userEpoch: 0,
    revision: 0,
    tokenRole: 'member',
  } as const
  return { kind: 'session', session }
}
