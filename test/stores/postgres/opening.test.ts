import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import { MIGRATIONS } from '../../../src/stores/sql/migrations/all.ts'
import { WITHOUT_POSTGRES } from '../../support/postgres-server.ts'
import { freePort } from '../../support/server-process.ts'
import { begin, freshSchema, open, sharedServer } from './support.ts'

const running = sharedServer()

describe('opening PostgreSQL', { skip: WITHOUT_POSTGRES }, () => {
  test('ten nodes start at once over nothing, and each migration runs once', async () => {
    const server = await running()
    const schema = freshSchema()
    const stores = await Promise.all(Array.from({ length: 10 }, () => open(server, { schema })))
    const ids = await Promise.all(stores.map((store, index) => begin(store, { userId: `user-${index}` })))
    for (const id of ids) assert.equal((await stores[0]?.find(id))?.record.id, id)
    const seen = await server.run<{ readonly name: string }>(
      `select name from ${schema}.migrations order by number`,
    )
    assert.deepEqual(
      seen.map(({ name }) => name),
      MIGRATIONS.map(({ name }) => name),
    )
    await Promise.all(stores.map((store) => store.close()))
  })

  test('a schema that a newer Rollcall wrote is refused, and left as it is', async () => {
    const server = await running()
    const schema = freshSchema()
    await (await open(server, { schema })).close()
    await server.run(`insert into ${schema}.migrations (number, name) values (99, 'to come')`)
    await assert.rejects(open(server, { schema }), (fault) => {
      assert.ok(isRollcallError(fault, 'conflict'))
      assert.match(fault.message, /written by a newer Rollcall \(schema 99; this one knows \d+\)/)
      return true
    })
  })

  test('a schema with tables of another program is refused, and left as it is', async () => {
    const server = await running()
    const schema = freshSchema()
    await server.run(`create schema ${schema}; create table ${schema}.orders (id integer)`)
    await assert.rejects(open(server, { schema }), (fault) => {
      assert.ok(isRollcallError(fault, 'conflict'))
      assert.match(fault.message, /tables of another program. Give Rollcall a schema of its own/)
      return true
    })
    const [tables] = await server.run<{ readonly count: string }>(
      `select count(*) from information_schema.tables where table_schema = '${schema}'`,
    )
    assert.equal(Number(tables?.count), 1)
  })

  test('what is not there, or is no URL, is refused with what to do, and without a secret', async () => {
    const server = await running()
    const secret = 'hunter2'
    const nowhere = `postgres://rollcall:${secret}@127.0.0.1:${await freePort()}/postgres`
    const refused = [
      [nowhere, 'store-unavailable', /cannot be opened.*ECONNREFUSED/],
      [server.url().replace(/postgres$/, 'nothing'), 'store-unavailable', /no such database/],
      [`mysql://user:${secret}@somewhere/database`, 'bad-request', /postgres:\/\/USER:PASSWORD@HOST/],
    ] as const
    for (const [url, code, message] of refused) {
      await assert.rejects(open(server, { url }), (fault) => {
        assert.ok(isRollcallError(fault, code), `${code}, not ${fault}`)
        assert.match(fault.message, message)
        assert.ok(!fault.message.includes(secret))
        return true
      })
    }
    await assert.rejects(open(server, { schema: 'No"Schema' }), (fault) =>
      isRollcallError(fault, 'bad-request'),
    )
  })

  test('it says what a server cannot promise as it is set up', async () => {
    const server = await running()
    const store = await open(server, { schema: freshSchema() })
    const caveats = await store.caveats()
    assert.equal(caveats.length, 1, String(caveats))
    assert.match(caveats[0] ?? '', /fsync off.*Set fsync = on/)
    await store.close()
  })
})
