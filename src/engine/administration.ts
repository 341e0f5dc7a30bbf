/**
 * What goes with sessions: users, access keys, nodes, and who is kept out.
 *
 * @module
 */
import type { AccessKey, Scope } from '../core/access-key.ts'
import type { Denial } from '../core/denial.ts'
import type { NodeList } from '../core/node.ts'
import type { Page } from '../core/page.ts'
import type { Actor, SessionKind } from '../core/session.ts'
import type { User, UserPatch } from '../core/user.ts'
import type { Ended, WaitRequest } from './manager.ts'
import type { NodeIdentity } from './membership.ts'

/** Users, as far as sessions are concerned. */
export interface Users {
  get(id: string, realm?: string): Promise<User | undefined>
  list(query?: {
    readonly realm?: string
    readonly limit?: number
    readonly cursor?: string

    /** Only users who have a live session of this kind. */
    readonly holding?: SessionKind
  }): Promise<Page<User>>

  /** Changes name, role or ban. A ban ends everything of theirs in the same write. Throws `not-found`. */
  update(
    id: string,
    patch: UserPatch,
    options?: WaitRequest & { readonly realm?: string; readonly by?: Actor },
  ): Promise<Ended & { readonly user: User }>
}

/** The nodes that share the store. */
export interface Nodes {
  /** This one. */
  readonly own: NodeIdentity

  /** Lists those that count, in the order in which they joined; alone, this one. By the store's clock. */
  list(): Promise<NodeList>
}

/** Keys for backends and operators. */
export interface AccessKeys {
  /** Makes a key; `secret` is its only copy. */
  create(request: KeyRequest): Promise<{ readonly key: AccessKey; readonly secret: string }>

  /** Makes true that this very secret is the live key of that name. */
  ensure(request: KeyRequest & { readonly secret: string }): Promise<AccessKey>

  /** Finds the live key that a secret proves. */
  verify(secret: string): Promise<AccessKey | undefined>
  list(): Promise<readonly AccessKey[]>

  /** Withdraws a key at once. Throws `not-found`. */
  withdraw(id: string, by?: Actor): Promise<AccessKey>
}

/** What it takes to make a key. */
export interface KeyRequest {
  readonly name: string
  readonly scopes: readonly Scope[]

  /** One realm, or `*`, which is the default. */
  readonly realm?: string
  readonly by?: Actor
}

/** Who and what is kept out of a realm. An end keeps out; time lets in again, or somebody does. */
export interface Denials {
  /** Lists what is kept out now, oldest first. */
  list(query?: {
    readonly realm?: string
    readonly limit?: number
    readonly cursor?: string
  }): Promise<Page<Denial>>

  /** Lets somebody or something in again at once. Throws `not-found`. */
  lift(id: string, options?: { readonly realm?: string; readonly by?: Actor }): Promise<Denial>
}
