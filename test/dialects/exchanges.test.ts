import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { LOCAL_STORES, type OpenStore, SHARED_STORES } from '../support/engine.ts'
import { WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { openPostgres } from '../support/postgres-stores.ts'
import { testEnv } from '../support/test-env.ts'
import { readExchanges } from './exchange-files.ts'
import { MAKERS } from './made.ts'
import { CARRIERS, replay } from './replay.ts'

const exchanges = readExchanges()

const postgres: OpenStore = ({ now }) => openPostgres(now)

/** Longest that an exchange may wait over a store that is shared, in milliseconds: hours take thousands of real calls. */
const SHORT = 60_000

const quick = exchanges.filter(
  ({ given }) => given.reduce((sum, step) => sum + ('wait' in step ? step.wait : 0), 0) <= SHORT,
)

/** What carries a request knows of no store: over those that are shared, one way is enough. */
const GROUNDS = [
  ...LOCAL_STORES.map((kind) => ({ ...kind, carriers: CARRIERS, exchanges })),
  ...[...SHARED_STORES, ...(WITHOUT_POSTGRES ? [] : [{ name: 'postgres', open: postgres }])].map((kind) => ({
    ...kind,
    carriers: CARRIERS.slice(0, 1),
    exchanges: quick,
  })),
]

for (const { name, open, carriers, exchanges } of GROUNDS) {
  const env = testEnv()
  const noon = env.now()
  const store = await open(env)
  after(() => store.close())
  for (const exchange of exchanges) {
    for (const carrier of carriers) {
      test(`${exchange.dialect}: ${exchange.title}, ${carrier}, on ${name}`, async () => {
        env.jump(noon - env.now())
        await replay(exchange, carrier, env, store)
      })
    }
  }
}

test('every dialect has recorded exchanges, and every exchange says what it covers', (t) => {
  for (const dialect of Object.keys(MAKERS)) {
    const own = exchanges.filter((exchange) => exchange.dialect === dialect)
    t.diagnostic(`${dialect}: ${own.length} files, ${own.flatMap(({ pairs }) => pairs).length} exchanges`)
    assert.ok(own.length > 0, dialect)
  }
  for (const { dialect, file, covers, pairs } of exchanges) {
    assert.ok(covers.length > 0 && pairs.length > 0, `${dialect}/${file}`)
    assert.ok(MAKERS[dialect], `${dialect}/${file} is of no dialect`)
  }
})
