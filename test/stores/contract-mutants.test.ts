import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type MakeStore, storeContract } from '../../src/testing/store-contract.ts'
import { mutate } from './mutants/mutation.ts'
import { CLOCK_ERRORS, READING_MUTATIONS } from './mutants/reading.ts'
import { WRITING_MUTATIONS } from './mutants/writing.ts'

const spoilt: readonly (readonly [string, MakeStore])[] = [
  ...Object.entries({ ...WRITING_MUTATIONS, ...READING_MUTATIONS }).map(
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

const caught = new Map<string, string[]>()
for (const [name, makeStore] of spoilt) {
  for (const { promise, check } of storeContract) {
    const failed = await check(makeStore).then(
      () => false,
      () => true,
    )
    if (failed) caught.set(name, [...(caught.get(name) ?? []), promise])
  }
}

for (const [name] of spoilt) {
  test(`the contract catches a store that ${name}`, () => assert.ok(caught.has(name)))
}

for (const { promise } of storeContract) {
  test(`a spoilt store breaks the promise that a store ${promise}`, () => {
    assert.ok([...caught.values()].some((promises) => promises.includes(promise)))
  })
}
