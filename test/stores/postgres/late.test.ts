import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from 'pg'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { type Connection, connect } from '../../../src/stores/sql/postgres/connection.ts'
import { postgresStore } from '../../../src/stores/sql/postgres/store.ts'
import { REVOKED } from '../../../src/testing/contract/workbench.ts'
import { faultProxy } from '../../support/fault-proxy.ts'
import { WITHOUT_POSTGRES } from '../../support/postgres-server.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { until } from '../../support/until.ts'
import { begin, freshSchema, openImpatient, sharedServer } from './support.ts'

const PATIENCE = 200
const QUESTIONS = 400
const SEED = 5
const realm = 'default'

const running = sharedServer()

const USUAL = { schema: 'public', patience: 5_000, purpose: 'test', durability: 'local' } as const

type Asking = Pick<Connection, 'ask' | 'close'>

/** Asks questions that each have an answer of their own, some of which come too late. */
async function askOverSlowLine(connectTo: (url: string) => Promise<Asking>) {
  const server = await running()
  const random = seededRandom(SEED)
  await using proxy = await faultProxy({ port: server.port, random })
  const tally = { right: 0, wrong: 0, late: 0 }
  for (let round = 0; round < 6; round++) {
    proxy.heal()
    const connection = await connectTo(server.url().replace(String(server.port), String(proxy.port)))
    await connection.ask(QUESTION, [0])
    proxy.begin({ is: 'latency', milliseconds: 0, jitter: 10 })
    setTimeout(() => proxy.begin({ is: 'latency', milliseconds: 0, jitter: 0.8 * PATIENCE }), PATIENCE)
    const asked = Array.from({ length: QUESTIONS }, async (_, number) => {
      await new Promise((resolve) => setTimeout(resolve, 3 * random() * PATIENCE))
      const { rows } = await connection.ask<{ readonly number: number }>(QUESTION, [number], PATIENCE)
      tally[rows[0]?.number === number ? 'right' : 'wrong'] += 1
    })
    for (const each of await Promise.allSettled(asked)) {
      if (each.status === 'fulfilled') continue
      assert.match(String(each.reason), /the connection is lost/)
      tally.late += 1
    }
    connection.close()
  }
  return tally
}

const QUESTION = 'select $1::integer as number'

/** As a driver might do it: a question that is late is taken out of those that wait for answers. */
async function carelessConnection(url: string): Promise<Asking> {
  const client = new Client({ connectionString: url, pipeline: true })
  client.on('error', () => undefined)
  await client.connect()
  const { _sentQueryQueue: sent } = client as unknown as { readonly _sentQueryQueue: unknown[] }
  return {
    async ask(text, values, patience = USUAL.patience) {
      const asked = client.query({ name: 'careless', text, values: [...values] })
      const question = sent.at(-1)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          if (sent.includes(question)) sent.splice(sent.indexOf(question), 1)
          reject(new Error('the connection is lost, or so it seems'))
        }, patience)
      })
      const { rows, rowCount } = await Promise.race([asked, late]).finally(() => clearTimeout(timer))
      return { rows: rows as never, count: rowCount ?? 0 }
    },
    close: () => void client.end().catch(() => undefined),
  }
}

describe('answers of PostgreSQL that come late', { skip: WITHOUT_POSTGRES }, () => {
  test('no answer is ever given to another question, however many are under way when one is late', async (t) => {
    const tally = await askOverSlowLine(async (url) => connect({ ...USUAL, url }))
    t.diagnostic(`seed ${SEED}: ${JSON.stringify(tally)}`)
    assert.equal(tally.wrong, 0)
    assert.ok(tally.right > 0 && tally.late > 0)
  })

  test('a connection that forgets a late question and goes on is caught', async (t) => {
    const tally = await askOverSlowLine(carelessConnection)
    t.diagnostic(`seed ${SEED}: ${JSON.stringify(tally)}`)
    assert.ok(tally.wrong > 0)
  })

  test('what is under way when a question is late fails with it, and nothing that comes later is heard', async () => {
    const server = await running()
    const connection = await connect({ ...USUAL, url: server.url() })
    const began = performance.now()
    const settled = await Promise.allSettled([
      connection.ask('select pg_sleep(30)', [], PATIENCE),
      connection.ask('select 1 as one', []),
      connection.say('select 2'),
    ])
    assert.ok(performance.now() - began < USUAL.patience)
    for (const each of settled) assert.match(String('reason' in each && each.reason), /timeout/)
    assert.ok(connection.isOver())
    await assert.rejects(connection.ask('select 1 as one', []), /the connection is lost/)
  })

  test('closing a connection fails what is under way on it at once', async () => {
    const server = await running()
    const connection = await connect({ ...USUAL, url: server.url() })
    const asked = [connection.ask('select pg_sleep(3)', []), connection.say('select 1')]
    const settled = Promise.allSettled(asked)
    const began = performance.now()
    connection.close()
    for (const each of await settled) assert.equal(each.status, 'rejected')
    assert.ok(performance.now() - began < 1_000)
  })

  test('a session that is found over a slow line is the one that was asked for', async (t) => {
    const server = await running()
    await using proxy = await faultProxy({ port: server.port, random: seededRandom(SEED) })
    const url = server.url().replace(String(server.port), String(proxy.port))
    const schema = freshSchema()
    const direct = await postgresStore({ url: server.url(), schema, patience: 5_000 })
    const users = Array.from({ length: 200 }, (_, index) => `user-${index}`)
    const ids = await Promise.all(users.map((userId) => begin(direct, { userId })))
    const store = await openImpatient({ url, schema, patience: PATIENCE })
    proxy.begin({ is: 'latency', milliseconds: 0, jitter: 0.55 * PATIENCE })
    let found = 0
    for (let round = 0; round < 6; round++) {
      const asked = ids.map(async (id, index) => {
        await new Promise((resolve) => setTimeout(resolve, (index % 20) * 10))
        const record = (await store.find(id))?.record
        assert.equal(record?.id, id, 'another session, or none, was found')
        assert.equal(record?.userId, users[index])
        found += 1
      })
      for (const each of await Promise.allSettled(asked))
        if (each.status === 'rejected' && !isRollcallError(each.reason, 'store-unavailable'))
          throw each.reason
    }
    proxy.heal()
    await until('sessions are found again', () => isFound(store, ids[0] ?? ''))
    assert.ok(found > 0)
    t.diagnostic(`seed ${SEED}: ${found} of ${6 * ids.length} found in time`)
    await Promise.all([store.close(), direct.close()])
  })

  test('a commit whose answer never comes is of unknown outcome, and asking again settles it', async () => {
    const server = await running()
    await using proxy = await faultProxy({ port: server.port })
    const url = server.url().replace(String(server.port), String(proxy.port))
    const schema = freshSchema()
    const direct = await postgresStore({ url: server.url(), schema, patience: 5_000 })
    const id = await begin(direct)
    const store = await postgresStore({ url, schema, patience: 20_000 })
    await store.end({ realm, id: await begin(store, { userId: 'bob' }) }, REVOKED, 1)
    await server.run(`create function ${schema}.slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(3); return null; end $$`)
    await server.run(`create constraint trigger slow after insert on ${schema}.journal
      deferrable initially deferred for each row execute function ${schema}.slow()`)
    const ending = store.end({ realm, id }, REVOKED, 1)
    const refused = assert.rejects(ending, (fault) => isRollcallError(fault, 'outcome-unknown'))
    await until('the commit is under way', async () => {
      const committing = await server.run(
        "select 1 from pg_stat_activity where query = 'commit' and state = 'active'",
      )
      return committing.length > 0
    })
    proxy.cut()
    await refused
    await until('the end is acknowledged', () =>
      store.end({ realm, id }, REVOKED, 1).then(
        () => true,
        () => false,
      ),
    )
    assert.equal((await direct.find(id))?.record.ending?.reason, 'revoked')
    await Promise.all([store.close(), direct.close()])
  })
})

function isFound(store: SessionStore, id: string): Promise<boolean> {
  return store.find(id).then(
    (found) => found !== undefined,
    () => false,
  )
}
