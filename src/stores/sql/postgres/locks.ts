/**
 * What writers lock, so that no two cross: the partitions of ids.
 *
 * Whatever writes to a session holds the lock of its partition until it commits, and read what it decided by after it had
 * the lock. Locks are taken in the order of their numbers, all at once: so nobody waits in a circle.
 *
 * @module
 */
import { BASE58 } from '../../../core/base58.ts'
import { partitionOf } from '../../../core/id.ts'
import type { OperationName, RequestOf } from '../operations/index.ts'
import { fromId } from '../rows.ts'

/** Numbers of partitions, and of what is no session: keys, nodes. */
export type Reach = ReadonlySet<number>

/** Every partition of sessions. */
export const EVERYTHING: Reach = new Set(Array.from(BASE58, (_, index) => index))

/** Keys, nodes and denials that are lifted have locks of their own, beside those of partitions. */
export const KEYS: number = BASE58.length
export const NODES: number = BASE58.length + 1
export const DENIALS: number = BASE58.length + 2

/** Not of one batch: taken while a schema is brought up to date. */
export const SCHEMA = 100

/** The partition that a session's id names, as it is kept; undefined for what is no id. */
export function partitionOfKept(id: string): number | undefined {
  const index = BASE58.indexOf(id.charAt(0))
  return index === -1 || id === '' ? undefined : index
}

/** What an operation will write to, as far as its request tells. It is told where that was too little. */
export function reachOf<Name extends OperationName>(name: Name, request: RequestOf<Name>): Reach {
  return REACHES[name](request)
}

/** A number of a database's own for the locks of one schema (FNV-1a, 32 bits, signed as PostgreSQL has it). */
export function lockSpace(schema: string): number {
  let hash = 0x811c9dc5
  for (const letter of `rollcall ${schema}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193)
  return hash | 0
}

type Reaches = { readonly [Name in OperationName]: (request: RequestOf<Name>) => Reach }

const REACHES: Reaches = {
  insert: ({ draft, guards: { replaces } }) =>
    reach(
      [draft.id, draft.parentId, replaces && 'id' in replaces ? replaces.id : undefined],
      [...(draft.userId === undefined && draft.parentId !== undefined ? [] : [partitionOf(draft)])],
    ),
  replace: ({ record }) => reach([record.id]),
  rotate: ({ id }) => reach([id]),
  touch: (activity) => reach(activity.map(({ id }) => id)),
  end: ({ selector }) => {
    if ('id' in selector) return reach([selector.id])
    if ('ids' in selector) return reach(selector.ids)
    return 'parentId' in selector ? reach([selector.parentId]) : EVERYTHING
  },
  advanceEpoch: ({ scope: { realm, userId } }) =>
    userId === undefined ? EVERYTHING : reach([], [partitionOf({ realm, userId })]),
  updateUser: ({ realm, id }) => reach([], [partitionOf({ realm, userId: id })]),
  liftDenial: () => new Set([DENIALS]),
  insertKey: () => new Set([KEYS]),
  withdrawKey: () => new Set([KEYS]),
  tidy: nothing,
  expire: nothing,
  eraseSalts: nothing,
  sweep: nothing,
  trim: nothing,
  adopt: () => new Set([...EVERYTHING, KEYS, DENIALS]),
}

function reach(ids: readonly (string | undefined)[], partitions: readonly string[] = []): Reach {
  const numbers = new Set(partitions.map((digit) => BASE58.indexOf(digit)))
  for (const id of ids) {
    const number = id === undefined ? undefined : partitionOfKept(fromId(id))
    if (number !== undefined) numbers.add(number)
  }
  return numbers
}

function nothing(): Reach {
  return new Set()
}
