/**
 * Commands about one user: what they are told, and where the API has it.
 *
 * @module
 */
import type { WireUser } from '../protocol/shapes.ts'
import { CLIENT_FLAGS, type ClientFlags, type Operands } from './command.ts'
import type { TextFlag } from './flags.ts'

/** Flags of commands about one user. */
export const USER_FLAGS: ClientFlags & { readonly realm: TextFlag } = {
  realm: { value: 'REALM', help: 'The realm whose user is meant.' },
  ...CLIENT_FLAGS,
}

/** The user that a command is about. */
export const ONE_USER: Operands = {
  name: 'USER',
  help: 'The id of the user, as your application knows it.',
  least: 1,
  most: 1,
}

/** What the API answers about one user. */
export interface WireOneUser {
  readonly user: WireUser
}

/** Where the API has a user. */
export function userPath([id = '']: readonly string[]): string {
  return `/v1/users/${encodeURIComponent(id)}`
}
