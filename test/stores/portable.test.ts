import { test } from 'node:test'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { portableContract } from '../../src/testing/store-contract.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
let files = 0

for (const { promise, check } of portableContract) {
  test(`memory ${promise}`, () => check(async (clock) => memoryStore({ clock })))
  test(`sqlite ${promise}`, () =>
    check((clock) => {
      files += 1
      return sqliteStore({ path: `${folder}/${files}.db`, clock })
    }))
}
