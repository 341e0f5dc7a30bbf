import { after, before, describe, test } from 'node:test'
import { redisStore } from '../../src/stores/redis/store.ts'
import { sharedStoreContract } from '../../src/testing/shared-store-contract.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { redisCluster, redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'

const GROUNDS = [
  { name: 'redis', start: () => redisServer({ config: { appendfsync: 'no' } }) },
  { name: 'redis cluster', start: () => redisCluster({ appendfsync: 'no' }) },
]

for (const { name, start } of GROUNDS) {
  describe(name, { concurrency: 4, skip: WITHOUT_REDIS }, () => {
    let ground: Awaited<ReturnType<typeof start>>
    let stores = 0
    before(async () => {
      ground = await start()
    })
    after(() => ground[Symbol.asyncDispose]())

    const nextPrefix = (): string => {
      stores += 1
      return `t${stores}`
    }

    for (const { promise, check } of storeContract) {
      test(promise, () => check((clock) => redisStore({ url: ground.url, prefix: nextPrefix(), clock })))
    }

    for (const { promise, check } of sharedStoreContract) {
      test(`nodes ${promise}`, () =>
        check(async (clock) => {
          const prefix = nextPrefix()
          return { open: () => redisStore({ url: ground.url, prefix, clock }) }
        }))
    }
  })
}
