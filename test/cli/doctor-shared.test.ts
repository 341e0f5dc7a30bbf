import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offsetOf } from '../../src/server/inspect-shared.ts'
import { readSettings } from '../../src/server/settings.ts'
import { startServer } from '../../src/server/start-server.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'
import { freePort } from '../support/server-process.ts'
import { rollcall } from './recorder.ts'

interface Found {
  readonly findings: readonly { readonly about: string; readonly state: string; readonly says: string }[]
}

async function examine(store: string): Promise<Found & { readonly text: string }> {
  const { out, err } = await rollcall([
    'doctor',
    '--json',
    '--store',
    store,
    '--port',
    String(await freePort()),
  ])
  return { ...(JSON.parse(out) as Found), text: out + err }
}

const said = ({ findings }: Found, about: string): string =>
  findings
    .filter((finding) => finding.about === about)
    .map(({ says }) => says)
    .join('\n')

async function beside(store: string, look: () => Promise<void>): Promise<void> {
  const argv = [
    `--store=${store}`,
    '--port=0',
    '--log-level=silent',
    '--max-staleness=20s',
    '--address=http://10.0.0.5:4780',
  ]
  const server = await startServer(readSettings({ argv, env: {} }))
  await look().finally(() => server.close())
}

test('a PostgreSQL is looked at and not changed, then with the nodes on it', {
  skip: WITHOUT_POSTGRES,
}, async () => {
  await using postgres = await startPostgres()
  const url = postgres.url().replace('rollcall@', 'rollcall:hunter-two@')
  const before = await examine(url)
  assert.match(said(before, 'store'), /postgres:\/\/…@127\.0\.0\.1.* answers: PostgreSQL \d+.*no standby/)
  assert.match(said(before, 'store'), /fsync off/)
  assert.match(said(before, 'migrations'), /^Applied: none\. Pending: sessions, /)
  assert.match(said(before, 'clock'), /\d+ ms (ahead of|behind) this machine's, within \d+ ms/)
  const made = await postgres.run<{ readonly count: string }>(
    "select count(*)::text as count from pg_namespace where nspname = 'rollcall'",
  )
  assert.equal(made[0]?.count, '0')
  assert.match(said(before, 'dialects'), /--weplanx-csrf-key is not set: .* refused by the others/)
  await beside(url, async () => {
    const found = await examine(url)
    assert.match(said(found, 'migrations'), /^All applied/)
    assert.match(
      said(found, 'nodes'),
      /Shared by 1 node just now\.\nnode_\w+ \(http:\/\/10\.0\.0\.5:4780, .*has a lease/,
    )
    assert.match(said(found, 'feed'), /can be heard/)
    assert.ok(!found.text.includes('hunter-two'))
  })
})

test('a Redis is looked at, with what it cannot promise and the nodes on it', {
  skip: WITHOUT_REDIS,
}, async () => {
  await using redis = await redisServer({ config: { appendonly: 'no', save: '' } })
  await beside(redis.url, async () => {
    const found = await examine(redis.url)
    assert.match(
      said(found, 'store'),
      /redis:\/\/127\.0\.0\.1:\d+\S* answers: Redis \d.*masters 1, replicas 0/,
    )
    assert.match(said(found, 'store'), /nothing on its disk/)
    assert.match(said(found, 'nodes'), /Shared by 1 node/)
    assert.match(said(found, 'feed'), /can be heard/)
  })
})

for (const scheme of ['postgres', 'redis'])
  test(`a ${scheme} that is away is wrong, and no password is told`, async () => {
    const found = await examine(`${scheme}://ada:hunter-two@127.0.0.1:${await freePort()}/0`)
    assert.ok(found.findings.some(({ about, state }) => about === 'store' && state === 'wrong'))
    assert.ok(!found.text.includes('hunter-two'))
    assert.match(found.text, /waits for one that is only down/)
  })

test('the offset of a clock is the median, and as uncertain as its round trip', () => {
  const readings = [0, 40, 100].map((late) => ({ asked: 0, answered: 20, said: 1_010 + late }))
  assert.deepEqual(offsetOf(readings), { offset: 1_040, uncertainty: 11 })
})
