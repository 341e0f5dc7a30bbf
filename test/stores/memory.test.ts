import { test } from 'node:test'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { storeContract } from '../../src/testing/store-contract.ts'

for (const { promise, check } of storeContract) {
  test(`memory ${promise}`, () => check(async (clock) => memoryStore({ clock })))
}
