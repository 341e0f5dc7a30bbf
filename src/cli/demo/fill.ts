/**
 * Filling a server with people who are signed in, connected and watching.
 *
 * @module
 */
import type { WireUser } from '../../protocol/shapes.ts'
import { gather } from '../gather.ts'
import { chanceFrom } from './chance.ts'
import { connectionOf, loginOf, type Person, personOf, playbackOf, strangersPlayback } from './people.ts'
import type { Stage } from './stage.ts'

/** Who is to be there. */
export interface Population {
  readonly users: number
  readonly seed: string

  /** Ids of users who are there already. */
  readonly there: ReadonlySet<string>
}

/** How far it is. */
export interface Filled {
  readonly users: number
  readonly sessions: number
}

/** People who are brought in at once: enough that writes share a commit. */
const AT_ONCE = 16

/** Strangers who watch, for each user. */
const STRANGERS = 0.12

/** Brings in everybody who is not there yet, until told to stop. Tells how far it is after each of them. */
export async function fill(
  stage: Stage,
  { users, seed, there }: Population,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (filled: Filled) => void },
): Promise<Filled> {
  let next = 0
  let done = 0

  async function bringIn(): Promise<void> {
    while (next < users && !signal.aborted) {
      const number = next++
      const person = personOf(seed, number)
      if (!there.has(person.id)) await settle(stage, person, `${seed} ${number}`)
      done += 1
      tell({ users: done, sessions: stage.world.size() })
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, bringIn))
  return { users: done, sessions: stage.world.size() }
}

/** Reads the ids of everybody in a realm. */
export async function usersOf({ backend }: Stage, realm: string | undefined): Promise<ReadonlySet<string>> {
  const all = await gather<WireUser>(backend, {
    path: '/v1/users',
    query: { realm },
    limit: Number.POSITIVE_INFINITY,
  })
  return new Set(all.items.map(({ id }) => id))
}

/** Counts those who are there and whom this seed did not make, however many it made another time. */
export function strangersAmong(there: ReadonlySet<string>, seed: string, users: number): number {
  let invented = 0
  for (let number = 0; number < Math.max(users, there.size); number++)
    if (there.has(personOf(seed, number).id)) invented += 1
  return there.size - invented
}

/** Signs somebody in on their devices, and lets them do what they would. */
async function settle(stage: Stage, person: Person, seed: string): Promise<void> {
  const chance = chanceFrom(`${seed} sessions`)
  for (const gadget of person.gadgets) {
    const parentId = await stage.issue(loginOf(person, gadget, chance), { person, gadget })
    if (parentId === undefined) continue
    for (const draft of chance.happens(0.45) ? [connectionOf(gadget, chance)] : [])
      await stage.issue(draft, { person, gadget, parentId })
    for (const draft of chance.happens(0.25) ? [playbackOf(person, gadget, chance)] : [])
      await stage.issue(draft, { person, gadget, parentId })
  }
  if (chance.happens(STRANGERS)) await stage.issue(strangersPlayback(chance))
}
