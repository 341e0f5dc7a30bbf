/**
 * What happens where two nodes meet on one Redis.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Inserted, InsertRefused } from '../../../src/core/store.ts'
import { baseOf, homeOf, KEYS } from '../../../src/stores/redis/keys.ts'
import { DAY, draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { type Bench, type Changes, gateBefore } from './spoiled.ts'

/** Something that two nodes do at the same time, and how a naive script gets it wrong. */
export interface Crossing {
  readonly promise: string
  readonly mutant: Changes
  readonly check: (open: Open) => Promise<void>
}

/** Opens another node; `before` holds its scripts up. */
export type Open = (before?: (name: string) => Promise<void>) => Bench

/** Begins a session of Ada's that must be begun. */
export async function begun(node: Bench): Promise<Inserted> {
  const inserted = await node.insert(draftOf({ lifetime: DAY }), { by: TESTER })
  assert.ok(inserted.ok)
  return inserted
}

/** What a replica does that is promoted before it heard of anything: of the realm's home nothing is left. */
export async function loseHome({ client, prefix }: Bench): Promise<void> {
  const home = homeOf('default')
  const base = baseOf(prefix, home)
  for (const name of ['h', 'j', 'm', KEYS.realm('default')]) await client.read(home, 'DEL', base + name)
}

/** Lets one node begin a session of Ada's, and another do something after its realm has let it in and before it begins. */
export async function heldUp(open: Open, meanwhile: () => Promise<void>): Promise<Inserted | InsertRefused> {
  const gate = gateBefore('insert')
  const late = open(gate.before).insert(draftOf({ lifetime: DAY }), { by: TESTER })
  await gate.reached
  await meanwhile()
  gate.open()
  return late
}
