import { after, before, describe, test } from 'node:test'
import { postgresStore } from '../../src/stores/sql/postgres/store.ts'
import { sharedStoreContract } from '../../src/testing/shared-store-contract.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { type PostgresServer, startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'

let server: PostgresServer
let schemas = 0

before(async () => {
  if (!WITHOUT_POSTGRES) server = await startPostgres()
})
after(() => server?.[Symbol.asyncDispose]())

function freshSchema(): string {
  schemas += 1
  return `store_${schemas}`
}

describe('postgres', { concurrency: 4, skip: WITHOUT_POSTGRES }, () => {
  for (const { promise, check } of storeContract) {
    test(promise, () =>
      check((clock) => postgresStore({ url: server.url(), schema: freshSchema(), clock, patience: 5_000 })),
    )
  }
})

describe('stores that share PostgreSQL', { concurrency: 4, skip: WITHOUT_POSTGRES }, () => {
  for (const { promise, check } of sharedStoreContract) {
    test(promise, () =>
      check(async (clock) => {
        const schema = freshSchema()
        return { open: () => postgresStore({ url: server.url(), schema, clock, patience: 5_000 }) }
      }),
    )
  }
})
