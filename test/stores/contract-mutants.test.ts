import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type MakeStore, storeContract } from '../../src/testing/store-contract.ts'
import { DENYING_MUTATIONS } from './mutants/denying.ts'
import { GIVING_WAY_MUTATIONS } from './mutants/giving-way.ts'
import { LINE_MUTATIONS } from './mutants/lines.ts'
import { MOVING_MUTATIONS } from './mutants/moving.ts'
import { mutate } from './mutants/mutation.ts'
import { CLOCK_ERRORS, READING_MUTATIONS } from './mutants/reading.ts'
import { ROTATING_MUTATIONS } from './mutants/rotating.ts'
import { SEARCHING_MUTATIONS } from './mutants/searching.ts'
import { WRITING_MUTATIONS } from './mutants/writing.ts'

const MUTATIONS = {
  ...WRITING_MUTATIONS,
  ...READING_MUTATIONS,
  ...ROTATING_MUTATIONS,
  ...GIVING_WAY_MUTATIONS,
  ...DENYING_MUTATIONS,
  ...SEARCHING_MUTATIONS,
  ...MOVING_MUTATIONS,
  ...LINE_MUTATIONS,
}

const spoilt: readonly (readonly [string, MakeStore])[] = [
  ...Object.entries(MUTATIONS).map(
    ([name, mutation]) =>
      [name, async (clock) => mutate(memoryStore({ clock }), mutation)] as const satisfies [
        string,
        MakeStore,
      ],
  ),
  ...Object.entries(CLOCK_ERRORS).map(
    ([name, error]) =>
      [name, async (clock) => memoryStore({ clock: () => clock() + error })] as const satisfies [
        string,
        MakeStore,
      ],
  ),
]

const caught = new Set<string>()
const broken = new Set<string>()
for (const [name, makeStore] of spoilt) {
  for (const { promise, check } of storeContract) {
    if (caught.has(name) && broken.has(promise)) continue // It could tell nothing new.
    const failed = await check(makeStore).then(
      () => false,
      () => true,
    )
    if (!failed) continue
    caught.add(name)
    broken.add(promise)
  }
}

for (const [name] of spoilt) {
  test(`the contract catches a store that ${name}`, () => assert.ok(caught.has(name)))
}

for (const { promise } of storeContract) {
  test(`a spoilt store breaks the promise that a store ${promise}`, () => {
    assert.ok(broken.has(promise))
  })
}
