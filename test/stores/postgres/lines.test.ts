import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../../src/stores/sql/postgres/connection.ts'
import { POSTGRES } from '../../../src/stores/sql/postgres/engine.ts'
import { postgresStore } from '../../../src/stores/sql/postgres/store.ts'
import { statementsFor } from '../../../src/stores/sql/statements.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../../support/postgres-server.ts'

/** Makes a row the first of so many, with other ids, and every twentieth of them a line. */
const MANY = `insert into sessions (id, realm, kind, stamp, issued_at, authenticated_ago, last_active_at, expires_at, due_at,
    realm_epoch, user_epoch, revision, node)
  select id || number, realm, kind, stamp, issued_at, authenticated_ago, last_active_at, expires_at, due_at,
    realm_epoch, user_epoch, revision, case when number % 20 = 0 then 'node_' || number % 3 end
  from sessions, generate_series(1, 20000) as number`

test('lines of nodes that are gone are found by their index, whatever PostgreSQL knows of the rows', {
  skip: WITHOUT_POSTGRES,
}, async () => {
  await using server = await startPostgres()
  const schema = 'lines'
  const store = await postgresStore({ url: server.url(), schema, patience: 5_000 })
  await store.insert(draftOf(), { by: TESTER })
  const connection = await connect({
    url: server.url(),
    schema,
    patience: 5_000,
    purpose: 'plans',
    durability: 'local',
  })
  const { linesBetween } = statementsFor(POSTGRES)
  const values = linesBetween.bind({ after: 'node_0', before: 'node_1', limit: 100, now: Date.now() })
  for (const step of ['select 1', MANY, 'analyze sessions']) {
    await connection.say(step)
    const { rows } = await connection.ask<object>(`explain ${linesBetween.sql}`, values)
    const plan = rows.map((row) => String(Object.values(row)[0])).join('\n')
    assert.match(plan, /Index Scan using sessions_open_node/, `${step}\n${plan}`)
    assert.doesNotMatch(plan, /Seq Scan on sessions|Sort/, `${step}\n${plan}`)
  }
  const found = await store.stranded(['node_0', 'node_1'], 2_000)
  assert.equal(found.length, 334)
  connection.close()
  await store.close()
})
