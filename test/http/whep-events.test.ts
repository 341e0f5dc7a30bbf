import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen } from '../support/event-stream.ts'
import { serverBench } from '../support/in-process.ts'
import { AN_OFFER, playFrom, postOffer, publishTo } from '../support/streams.ts'
import { until } from '../support/until.ts'

test('whoever plays is told whether somebody publishes, and why it is over', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using playing = await playFrom(server.url)
  const { events, headers } = playing.posted
  assert.match(headers.get('link') ?? '', /events="active,inactive,reconnect,terminated"/)
  const asked = await fetch(events, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '["active","viewercount","terminated"]',
  })
  assert.equal(asked.status, 201)
  const url = new URL(asked.headers.get('location') ?? '', events).href
  using ear = await listen(url)
  await until('it is said how it stands', () => ear.events.length === 1)
  assert.equal(ear.events[0]?.type, 'active')
  const [session] = (await server.sessions.list({ kind: 'playback' })).items
  const before = performance.now()
  await server.sessions.end({ id: session?.id ?? '' })
  await until('it is said why', () => ear.events.length === 2)
  assert.ok(performance.now() - before < 500)
  assert.deepEqual(JSON.parse(ear.events[1]?.data ?? ''), {
    reason: 'revoked',
    code: 'session-ended',
    retry: false,
  })
  await ear.over
  using late = await listen(events)
  await late.over
  assert.deepEqual(
    late.events.map(({ type }) => type),
    ['terminated'],
    'it is still said a moment later',
  )
  assert.equal((await fetch(events, { method: 'POST' })).status, 404)
})

test('whoever leaves is told nothing more, and holds nothing open', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const { events, location } = await postOffer(server.url, AN_OFFER)
  using ear = await listen(events)
  await until('it is said how it stands', () => ear.events.length === 1)
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 200)
  let isOver = false
  void ear.over.then(() => {
    isOver = true
  })
  await until('the stream of events has ended', () => isOver)
  assert.deepEqual(
    ear.events.map(({ type }) => type),
    ['active'],
  )
  assert.equal((await fetch(events)).status, 404)
})

test('events are asked for as WHEP says', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const { events } = await postOffer(server.url, AN_OFFER)
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(events, { method: 'POST', body, headers: { 'content-type': type } })
  const json = ['["active"]', '["unheard-of"]', '{}', 'nonsense', '']
  assert.deepEqual(
    await Promise.all(json.map(async (body) => (await post(body)).status)),
    [201, 400, 400, 400, 201],
  )
  assert.equal((await post('["active"]', 'text/plain')).status, 415)
  assert.equal((await fetch(events.replace(/whep\/..../, 'whep/AAAA'))).status, 404)
  const ears = await Promise.all(Array.from({ length: 5 }, () => listen(events)))
  assert.deepEqual(ears.map(({ status }) => status).sort(), [200, 200, 200, 200, 429])
  for (const ear of ears) ear[Symbol.dispose]()
})
