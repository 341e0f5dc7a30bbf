import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cumulonimbus } from '../../src/dialects/cumulonimbus/index.ts'
import { countRequests } from '../../src/dialects/cumulonimbus/request-limit.ts'
import { engineBench } from '../support/engine.ts'
import { exchangeOf } from './replay.ts'

test('requests are counted down for each user, and anew after five minutes', async () => {
  await using bench = await engineBench()
  const dialect = cumulonimbus({ sessions: bench.sessions, now: bench.env.now })
  const as = async (user: string) => {
    const { token } = await bench.sessions.issue({ user: { id: user } })
    return (target: string) => dialect.speak(exchangeOf('GET', target, [['authorization', token]]))
  }
  const [ada, bob] = [await as('1'), await as('2')]
  const begun = bench.env.now() / 1_000
  for (let left = 199; left >= 0; left -= 1) {
    const { status, headers } = await ada('/api/user/1/sessions')
    assert.equal(status, 403, 'a failure counts as well')
    assert.equal(headers?.['ratelimit-remaining'], String(left))
  }
  await bench.env.advance(100_500)
  const refused = await ada('/api/user/session')
  assert.equal(refused.status, 429)
  assert.deepEqual(refused.headers, {
    'retry-after': '200',
    'ratelimit-limit': '200',
    'ratelimit-remaining': '0',
    'ratelimit-reset': '200',
    'x-ratelimit-limit': '200',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(begun + 300),
  })
  assert.equal((await bob('/api/user/session')).headers?.['ratelimit-remaining'], '199')
  assert.equal((await dialect.speak(exchangeOf('GET', '/api', []))).headers?.['ratelimit-remaining'], '199')
  await bench.env.advance(199_500)
  const after = await ada('/api/user/session')
  assert.equal(after.status, 200)
  assert.equal(after.headers?.['ratelimit-remaining'], '199')
  assert.equal(after.headers?.['x-ratelimit-reset'], String(begun + 600))
})

test('a count begins anew where the clock was put back, and keeps nobody out for longer than it lasts', () => {
  let now = 1_000_000
  const count = countRequests({ requests: 1, window: 10_000 }, () => now)
  count('ada')
  assert.equal(count('ada').over, true)
  now -= 500_000
  assert.deepEqual([count('ada').over, count('ada').wait], [false, 10])
})

test('so many are counted and no more, and who was not heard of for longest is forgotten', () => {
  const count = countRequests({ requests: 5, window: 10_000 }, () => 0, 100)
  const left = (who: string) => Number(count(who).headers['ratelimit-remaining'])
  assert.equal(left('first'), 4)
  for (let index = 0; index < 99; index += 1) count(`other ${index}`)
  assert.equal(left('first'), 3)
  for (let index = 0; index < 10_000; index += 1) count(`another ${index}`)
  assert.equal(left('another 9999'), 3)
  assert.equal(left('first'), 4)
})

test('addresses of one household are counted together', async () => {
  await using bench = await engineBench()
  const dialect = cumulonimbus({ sessions: bench.sessions })
  const from = async (address: string) =>
    (await dialect.speak({ ...exchangeOf('GET', '/api', []), address })).headers?.['ratelimit-remaining']
  assert.equal(await from('2001:db8::1'), '199')
  assert.equal(await from('2001:db8::ffff:2'), '198')
  assert.equal(await from('2001:db8:0:1::1'), '199')
  assert.equal(await from('203.0.113.1'), '199')
  assert.equal(await from('203.0.113.2'), '199')
})
