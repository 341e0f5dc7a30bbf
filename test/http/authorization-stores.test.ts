import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SessionStore } from '../../src/core/store.ts'
import { newTally } from '../../src/http/watching.ts'
import { startMetrics } from '../../src/server/metrics.ts'
import { sqliteStore } from '../../src/stores/sql/sqlite/store.ts'
import { appBench } from '../support/app.ts'
import { WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { openPostgres } from '../support/postgres-stores.ts'
import { WITHOUT_REDIS } from '../support/redis-server.ts'
import { openRedis, openRedisCluster } from '../support/redis-stores.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { cellsOf, differences } from './authorization/cells.ts'
import { readTable } from './authorization/table.ts'

/** Where all cells are tried in memory, one in so many is tried on each other store; another choice with each seed. */
const ONE_IN = 24
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

const STORES: readonly (readonly [name: string, skip: string | false, open: () => Promise<SessionStore>])[] =
  [
    ['SQLite', false, () => sqliteStore({ path: `${temporaryFolder()}/authorization.db`, clock: Date.now })],
    ['PostgreSQL', WITHOUT_POSTGRES, () => openPostgres(Date.now)],
    ['Redis', WITHOUT_REDIS, () => openRedis(Date.now)],
    ['Redis Cluster', WITHOUT_REDIS, () => openRedisCluster(Date.now)],
  ]

describe('who may do what', { concurrency: 4 }, () => {
  for (const [name, skip, open] of STORES) {
    test(`it is the same on ${name}, and what is refused changes nothing there`, { skip }, async (t) => {
      const table = readTable()
      const random = seededRandom(seed)
      const drawn = cellsOf(table).filter(() => random() < 1 / ONE_IN)
      const store = await open()
      await using on = await appBench([], { meter: startMetrics(newTally(), 'test') }, { store })
      const labels = new Set(drawn.map(({ label }) => label))
      t.diagnostic(`SEED=${seed}: ${drawn.length} cells of ${labels.size} routes`)
      assert.deepEqual(await differences(on, table, drawn), [])
    })
  }
})
