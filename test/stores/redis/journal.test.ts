import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Access } from '../../../src/stores/redis/access.ts'
import { readAddress } from '../../../src/stores/redis/address.ts'
import { redisClient } from '../../../src/stores/redis/client.ts'
import { writesOf } from '../../../src/stores/redis/operations/index.ts'
import { journalsOf } from '../../../src/stores/redis/reads/journal.ts'
import { epochsOf } from '../../../src/stores/redis/reads/truth.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'

describe('the journal in redis', { skip: WITHOUT_REDIS }, () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  before(async () => {
    server = await redisServer({ config: { appendfsync: 'no' } })
  })
  after(() => server[Symbol.asyncDispose]())

  /**
   * Reads twice at once, and hears last what was asked first, before there was news. Answers whether anything was taken
   * for lost. A naive reader judges an answer by what it has learnt since it asked.
   */
  async function readTwiceAtOnce(prefix: string, judgesLate: boolean): Promise<boolean> {
    const client = redisClient({ address: readAddress(server.url), patience: 5_000 })
    const reached = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<void>()
    let reads = 0
    let answered: unknown
    const access: Access = {
      prefix,
      client: {
        ...client,
        async run(given, partition, keys, args) {
          if (given.name !== 'read the journal') return client.run(given, partition, keys, args)
          reads += 1
          const isHeld = reads === 2
          const isJudgedLate = reads === 4 && judgesLate
          const answer = isJudgedLate ? answered : await client.run(given, partition, keys, args)
          if (!isHeld) return answer
          answered = answer
          reached.resolve()
          await opened.promise
          return answer
        },
      },
    }
    const journals = journalsOf(access)
    const writes = writesOf(access, epochsOf(access))
    try {
      await writes.insert(draftOf(), { by: TESTER })
      const { position } = await journals.read('0', 100)
      const slow = journals.read(position, 100)
      await reached.promise
      await writes.insert(draftOf(), { by: TESTER })
      assert.equal((await journals.read(position, 100)).events.length, 1)
      opened.resolve()
      const early = await slow
      const later = await journals.read(position, 100)
      return early.forgotten || later.forgotten
    } finally {
      client.close()
    }
  }

  test('loses nothing where two read it at once, and the later one is answered first', async () => {
    assert.equal(await readTwiceAtOnce('twice', false), false)
  })

  test('would be taken for lost by whoever judged an answer by what came later', async () => {
    assert.equal(await readTwiceAtOnce('naive', true), true)
  })
})
