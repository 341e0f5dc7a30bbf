import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { listen } from '../support/event-stream.ts'
import { serverBench } from '../support/in-process.ts'
import { call, KEY } from '../support/server-process.ts'
import { AN_OFFER, codeOf, playFrom, postOffer, publishTo } from '../support/streams.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const NAMES = '/v1/vhosts/default/apps/app/streams/stream/sessions'

test('one of three who play is cut within half a second, and the others go on', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using one = await playFrom(server.url, { path: '/app/stream/whep?session=one' })
  await using two = await playFrom(server.url, { path: '/app/stream/whep?session=two' })
  await using three = await playFrom(server.url, { path: '/app/stream/whep?session=three' })
  await Promise.all([one, two, three].map((each) => each.plays()))
  const authorization = `Basic ${btoa(KEY)}`
  const cut = await fetch(`${server.url}${NAMES}/two`, { method: 'DELETE', headers: { authorization } })
  assert.equal(cut.status, 200)
  await two.until('failed', 500)
  await Promise.all([one, three].map((each) => each.plays(10)))
  assert.deepEqual([one.state(), three.state()], ['connected', 'connected'])
  const { items } = await server.sessions.list({ kind: 'playback' })
  assert.deepEqual(items.map(({ name }) => name).sort(), ['one', 'three'])
})

test('whoever was cut and kept out is refused when they come back at once, by name and by address', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const path = '/app/stream/whep?session=ada'
  const offer = AN_OFFER
  for (const key of ['name', 'address']) {
    await using playing = await playFrom(server.url, { path })
    await playing.plays(1)
    const selector = { resource: 'default/app/stream', name: 'ada' }
    const body = { selector, deny: { keys: [key], for: '1m' } }
    const [ended, refused] = await Promise.all([
      call(server.url, 'POST', '/v1/sessions/end', KEY, body),
      playing.until('failed', 1_000).then(() => postOffer(server.url, offer, { path })),
    ])
    assert.equal(ended.json.ended, 1)
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'denied'], key)
    const { items } = await server.sessions.denials.list()
    for (const { id } of items) await server.sessions.denials.lift(id)
  }
})

test('whoever plays is told when nobody publishes any more, and when somebody does again', async () => {
  await using server = await serverBench()
  await using first = await publishTo(server.url)
  await first.until('connected')
  await using playing = await playFrom(server.url)
  await playing.plays()
  using ear = await listen(playing.posted.events)
  await fetch(first.posted.location, { method: 'DELETE' })
  await until('it is said that nobody publishes', () => ear.events.some(({ type }) => type === 'inactive'))
  await using second = await publishTo(server.url)
  await second.until('connected')
  await until('it is said that somebody does', () => ear.events.at(-1)?.type === 'active')
  assert.deepEqual(
    ear.events.map(({ type }) => type),
    ['active', 'inactive', 'active'],
  )
  await playing.plays()
})

test('whoever closes their page is gone from the list', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using playing = await playFrom(server.url)
  await playing.plays()
  playing.close()
  const count = async (): Promise<number> => (await server.sessions.list({ kind: 'playback' })).items.length
  await until('the list is empty', async () => (await count()) === 0)
  const [ended] = (await server.sessions.list({ kind: 'playback', status: 'ended' })).items
  assert.equal(ended?.ending?.reason, 'closed')
})

test('a server that stops tells whoever plays to come back elsewhere, and leaves no session behind', async () => {
  const store = `--store=sqlite:${join(temporaryFolder(), 'sessions.db')}`
  const server = await serverBench(store)
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using playing = await playFrom(server.url)
  await playing.plays()
  using ear = await listen(playing.posted.events)
  await until('the events are there', () => ear.events.length === 1)
  await server.close()
  await ear.over
  assert.equal(ear.events.at(-1)?.type, 'reconnect')
  await playing.until('failed', 1_000)
  await using next = await serverBench(store)
  const { items } = await next.sessions.list({ status: 'any' })
  assert.deepEqual(
    items.map(({ kind, ending }) => [kind, ending?.reason]),
    [
      ['playback', 'closed'],
      ['connection', 'closed'],
    ],
  )
})

test('statistics tell what was sent to whoever plays, and metrics how many do', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using playing = await playFrom(server.url, { path: '/app/stream/whep?session=ada' })
  await playing.plays(5)
  const authorization = `Basic ${btoa(KEY)}`
  const page = `${server.url}/v1/stats/current${NAMES.slice(3)}/ada`
  const read = async (): Promise<number> => {
    const answer = await (await fetch(page, { headers: { authorization } })).json()
    return (answer as { readonly response: { readonly totalBytesOut: number } }).response.totalBytesOut
  }
  const before = await read()
  assert.ok(before > 0)
  await until('more was sent', async () => (await read()) > before)
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  assert.match(metrics, /^rollcall_stream_publishers 1$/m)
  assert.match(metrics, /^rollcall_stream_viewers 1$/m)
  assert.match(metrics, /route="\/:application\/:stream\/whep"/)
  assert.match(metrics, /^rollcall_stream_sent_bytes_total [1-9]\d*$/m)
})
