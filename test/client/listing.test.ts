import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../src/client/index.ts'
import { appBench } from '../support/app.ts'
import { gather } from '../support/gather.ts'
import { KEY } from '../support/server-process.ts'

test('going through a list asks for one page after the other, until its end and no further than it is needed', async () => {
  await using bench = await appBench()
  let asked = 0
  const client = createClient({
    url: bench.url,
    key: KEY,
    fetch: (url, init) => {
      asked += 1
      return fetch(url, init)
    },
  })
  const ids = []
  for (let count = 0; count < 23; count++) ids.unshift((await bench.issue('ada')).id)

  const listing = client.sessions.list({ user: 'ada', limit: 5 })
  assert.equal(asked, 0)
  const found = []
  for await (const { id } of listing) found.push(id)
  assert.deepEqual(found, ids)
  assert.ok(asked >= 5 && asked <= 6, String(asked))

  asked = 0
  for await (const { id } of listing) if (id === ids[6]) break
  assert.equal(asked, 2)

  const first = await listing.page()
  const second = await listing.page(first.nextCursor)
  assert.deepEqual(
    [...first.items, ...second.items].map(({ id }) => id),
    ids.slice(0, 10),
  )
})

test('the events that happened are listed to the present end, and from a position on', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  for (let count = 0; count < 12; count++) await bench.issue('ada')
  const all = await gather(client.events.list({ limit: 5, type: 'session.created' }))
  assert.equal(all.length, 12)
  const rest = await gather(client.events.list({ after: all[6]?.sequence ?? '', limit: 2 }))
  assert.deepEqual(
    rest.map(({ sequence }) => sequence),
    all.slice(7).map(({ sequence }) => sequence),
  )
})

test('a thousand tokens are asked about at a time, and answered in order', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  const { token } = await bench.issue('ada')
  const tokens = Array.from({ length: 2_500 }, (_, index) => (index === 2_100 ? token : 'rct_nonsense'))
  const verdicts = await client.verifyMany(tokens)
  assert.equal(verdicts.length, 2_500)
  assert.equal(
    verdicts.findIndex(({ live }) => live),
    2_100,
  )
})
