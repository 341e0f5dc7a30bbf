import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverBench } from '../support/in-process.ts'
import { KEY } from '../support/server-process.ts'
import { AN_OFFER, type Asking, codeOf, playFrom, postOffer, publishTo } from '../support/streams.ts'
import { until } from '../support/until.ts'

const ADA = { user: { id: 'ada' } }
const WHIP = '/app/stream/whip'

test('whoever publishes is a session of the key, and leaves by a secret URL', async () => {
  await using server = await serverBench()
  const { key, secret } = await server.sessions.keys.create({ name: 'camera', scopes: ['streams:publish'] })
  await using publishing = await publishTo(server.url, { credential: secret })
  await publishing.until('connected')
  const [held] = (await server.sessions.list({ kind: 'connection' })).items
  assert.deepEqual(
    [held?.resource, held?.name, held?.userId],
    ['default/app/stream', 'publisher', `key:${key.id}`],
  )
  const { location, headers } = publishing.posted
  assert.match(new URL(location).pathname, /^\/app\/stream\/whip\/[\w-]{43}$/)
  assert.match(headers.get('etag') ?? '', /^"[\w-]+"$/)
  assert.equal(headers.get('link'), null)
  assert.equal((await fetch(location.replace('/whip/', '/whep/'), { method: 'DELETE' })).status, 404)
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 200)
  await publishing.until('failed', 5_000)
  await until(
    'it is over',
    async () => (await server.sessions.list({ kind: 'connection' })).items.length === 0,
  )
  assert.equal((await server.sessions.get(held?.id ?? ''))?.ending?.reason, 'closed')
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 404)
})

test('publishing takes a key with the scope, and a session only where that was said', async () => {
  await using server = await serverBench('--publish=key,chat=session')
  const { sessions, url } = server
  const secretOf = async (
    scope: 'admin' | 'sessions:read' | 'streams:publish',
    realm = '*',
  ): Promise<string> => (await sessions.keys.create({ name: scope, scopes: [scope], realm })).secret
  const { token } = await sessions.issue(ADA)
  const playback = await sessions.issue({ ...ADA, kind: 'playback', resource: 'default/chat/ada' })
  const offer = AN_OFFER
  const basic = { headers: { authorization: `Basic ${btoa(`camera:${await secretOf('streams:publish')}`)}` } }
  const table: readonly (readonly [number, Asking])[] = [
    [401, { path: WHIP }],
    [401, { path: WHIP, credential: 'a-key-that-nobody-has' }],
    [403, { path: WHIP, credential: await secretOf('sessions:read') }],
    [403, { path: WHIP, credential: await secretOf('streams:publish', 'shop') }],
    [403, { path: WHIP, credential: token }],
    [201, { path: WHIP, credential: KEY }],
    [201, { path: WHIP, credential: await secretOf('streams:publish', 'default') }],
    [201, { path: WHIP, ...basic }],
    [401, { path: '/chat/ada/whip', credential: 'rct_nonsense' }],
    [403, { path: '/chat/ada/whip', credential: playback.token }],
    [201, { path: '/chat/ada/whip', credential: KEY }],
    [201, { path: '/chat/ada/whip', credential: token }],
  ]
  for (const [status, asking] of table) {
    const { headers, ...answer } = await postOffer(url, publishing(offer), asking)
    assert.equal(answer.status, status, `${JSON.stringify(asking)} ${answer.body}`)
    assert.equal(headers.get('www-authenticate') !== null, status === 401)
  }
  const [login] = (await sessions.list({ kind: 'login' })).items
  const held = (await sessions.list({ kind: 'connection', resource: 'default/chat/ada' })).items
  assert.deepEqual(
    held.map(({ parentId }) => parentId),
    [login?.id],
  )
})

test('what is no offer publishes nothing, and whoever publishes goes on', async () => {
  await using server = await serverBench()
  await using first = await publishTo(server.url)
  await first.until('connected')
  await using playing = await playFrom(server.url)
  await playing.plays()
  const [held] = (await server.sessions.list({ kind: 'connection' })).items
  const table: readonly (readonly [number, string, string, Asking?])[] = [
    [400, 'bad-request', ''],
    [400, 'bad-request', 'nonsense'],
    [415, 'unsupported-media-type', '{}', { headers: { 'content-type': 'application/json' } }],
    [413, 'too-large', `v=0\r\n${'a'.repeat(70_000)}`],
  ]
  for (const [status, code, body, asking] of table) {
    const answer = await postOffer(server.url, body, { path: WHIP, credential: KEY, ...asking })
    assert.deepEqual([answer.status, codeOf(answer)], [status, code])
  }
  await playing.plays()
  const { items } = await server.sessions.list({ kind: 'connection', status: 'any' })
  assert.deepEqual(
    items.map(({ id }) => id),
    [held?.id],
  )
})

test('a second one who publishes takes over, and whoever plays goes on without a new session', async () => {
  await using server = await serverBench()
  await using first = await publishTo(server.url)
  await first.until('connected')
  await using playing = await playFrom(server.url)
  await playing.plays()
  const { secret } = await server.sessions.keys.create({ name: 'other', scopes: ['streams:publish'] })
  await using second = await publishTo(server.url, { credential: secret })
  await second.until('connected')
  await first.until('failed', 2_000)
  await playing.plays()
  assert.equal(playing.state(), 'connected')
  const { items } = await server.sessions.list({ kind: 'connection', status: 'any' })
  assert.deepEqual(
    items.map(({ ending }) => ending?.reason),
    [undefined, 'replaced'],
  )
  assert.equal((await server.sessions.list({ kind: 'playback', status: 'any' })).items.length, 1)
})

test('whoever is kept out does not publish, and whoever does goes on', async () => {
  await using server = await serverBench()
  await using first = await publishTo(server.url)
  await first.until('connected')
  const { secret, key } = await server.sessions.keys.create({ name: 'other', scopes: ['streams:publish'] })
  await server.sessions.issue({ user: { id: `key:${key.id}` } })
  await server.sessions.users.update(`key:${key.id}`, { banned: true })
  const refused = await postOffer(server.url, publishing(AN_OFFER), { path: WHIP, credential: secret })
  assert.deepEqual([refused.status, codeOf(refused)], [403, 'user-banned'])
  await using playing = await playFrom(server.url)
  await playing.plays()
  assert.equal((await server.sessions.list({ kind: 'connection' })).items[0]?.ending, undefined)
})

/** The offer of one who sends what another would receive. */
function publishing(offer: string): string {
  return offer.replaceAll('a=recvonly', 'a=sendonly')
}
