import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MakeShared, sharedStoreContract } from '../../src/testing/shared-store-contract.ts'
import { sharedMemory } from '../support/shared-memory.ts'
import { SHARING_MUTATIONS } from './mutants/sharing.ts'
import { NODE_MUTATIONS } from './mutants/sharing-nodes.ts'

/** Mutations whose stores share what they spoil, as careless code over one place would. */
const SHARING: ReadonlySet<string> = new Set([
  'closes for everyone',
  'lets positions of nodes go back',
  'dates a node that wakes up by when it fell asleep',
])

const spoilt: readonly (readonly [string, MakeShared])[] = Object.entries({
  ...SHARING_MUTATIONS,
  ...NODE_MUTATIONS,
}).map(([name, mutation]) => [
  name,
  async (clock) => {
    const place = sharedMemory(clock)
    const shared = new Map<string, unknown>()
    return {
      async open() {
        const store = await place.open()
        return { ...store, ...mutation(store, SHARING.has(name) ? shared : new Map()) }
      },
    }
  },
])

const caught = new Set<string>()
const broken = new Set<string>()
for (const [name, makeShared] of spoilt) {
  for (const { promise, check } of sharedStoreContract) {
    if (caught.has(name) && broken.has(promise)) continue // It could tell nothing new.
    const failed = await Promise.race([
      check(makeShared).then(
        () => false,
        () => true,
      ),
      new Promise<boolean>((resolve) => setTimeout(resolve, 500, true).unref()),
    ])
    if (!failed) continue
    caught.add(name)
    broken.add(promise)
  }
}

for (const [name] of spoilt) {
  test(`the contract catches stores of which each ${name}`, () => assert.ok(caught.has(name)))
}

for (const { promise } of sharedStoreContract) {
  test(`a spoilt store breaks the promise that stores which share a place ${promise}`, () => {
    assert.ok(broken.has(promise))
  })
}
