import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { portableContract } from '../../src/testing/store-contract.ts'
import { MOVING_MUTATIONS } from './mutants/moving.ts'

const caught = new Set<string>()
const broken = new Set<string>()
for (const [name, mutation] of Object.entries(MOVING_MUTATIONS)) {
  for (const { promise, check } of portableContract) {
    const failed = await check(async (clock) => {
      const store = memoryStore({ clock })
      return { ...store, ...mutation(store) }
    }).then(
      () => false,
      () => true,
    )
    if (!failed) continue
    caught.add(name)
    broken.add(promise)
  }
}

for (const name of Object.keys(MOVING_MUTATIONS)) {
  test(`the contract catches a store that ${name}`, () => assert.ok(caught.has(name)))
}

for (const { promise } of portableContract) {
  test(`a spoilt store breaks the promise that a store ${promise}`, () => assert.ok(broken.has(promise)))
}
