import { describe, test } from 'node:test'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
let files = 0

describe('sqlite', { concurrency: 4 }, () => {
  for (const { promise, check } of storeContract) {
    test(promise, () =>
      check((clock) => {
        files += 1
        return sqliteStore({ path: `${folder}/${files}.db`, clock })
      }),
    )
  }
})
