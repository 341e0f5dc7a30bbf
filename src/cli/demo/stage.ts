/**
 * Where the demo plays: a server, asked with the key of a backend or the token of a holder.
 *
 * @module
 */
import type { IssueBody } from '../../protocol/requests.ts'
import type { WireSession } from '../../protocol/shapes.ts'
import { type Api, apiOf, type Sparse } from '../api.ts'
import { CommandError } from '../exit.ts'
import type { Target } from '../refusal.ts'
import type { Draft, Own, Person } from './people.ts'
import { createWorld, type World } from './world.ts'

/** A server, and what the demo holds of it. */
export interface Stage {
  readonly world: World

  /** The server, as a backend asks it. */
  readonly backend: Api

  /** The server, as the holder of a token asks it. */
  holder(token: string): Api

  /** Begins a session, and holds it. Answers its id; undefined where the server refused it for reasons of the play. */
  issue(draft: Draft, owner?: Owner): Promise<string | undefined>
}

/** Whose a session is to be. */
export interface Owner {
  readonly person: Person
  readonly gadget: Own
  readonly parentId?: string
}

/** Where to play. */
export interface Theatre extends Target {
  readonly realm?: string | undefined
}

/** Refusals that are part of the play: somebody is banned or kept out, has too many sessions, or is gone. */
const PLAYED: ReadonlySet<string | undefined> = new Set([
  'user-banned',
  'denied',
  'name-taken',
  'limit-reached',
  'parent-not-live',
  'not-found',
  'conflict',
  'no-session',
  'session-ended',
  'superseded',
  'too-many-attempts',
])

/** Tells whether something failed for reasons of the play. */
export function isPlayed(fault: unknown): boolean {
  return fault instanceof CommandError && PLAYED.has(fault.code)
}

interface WireIssued {
  readonly session: WireSession
  readonly token: string
  readonly gaveWay?: readonly string[]
}

/** Enters a server. */
export function enter({ url, key, realm }: Theatre): Stage {
  const world = createWorld()
  const backend = apiOf({ url, key })
  return {
    world,
    backend,
    holder: (token) => apiOf({ url, key: token }),
    async issue(draft, owner) {
      const { person, gadget, parentId } = owner ?? {}
      const body: Sparse<IssueBody> = { ...draft, parentId, realm }
      const issued = await backend.ask<WireIssued>('POST', '/v1/sessions', { body }).catch(unlessPlayed)
      if (issued === undefined) return undefined
      for (const id of issued.gaveWay ?? []) world.drop(id)
      const { session, token } = issued
      world.add({
        id: session.id,
        kind: session.kind,
        token,
        ...(person && gadget && { person, gadget }),
        ...(parentId !== undefined && { parentId }),
      })
      return session.id
    },
  }
}

/** Swallows what failed for reasons of the play, and throws everything else. */
export function unlessPlayed(fault: unknown): undefined {
  if (!isPlayed(fault)) throw fault
}
