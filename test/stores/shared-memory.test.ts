import { test } from 'node:test'
import { sharedStoreContract } from '../../src/testing/shared-store-contract.ts'
import { sharedMemory } from '../support/shared-memory.ts'

for (const { promise, check } of sharedStoreContract) {
  test(`stores that share memory ${promise}`, () => check(async (clock) => sharedMemory(clock)))
}
