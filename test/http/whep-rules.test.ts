import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { paceOf } from '../../src/http/streams/pace.ts'
import { signUrl } from '../../src/live/signed-policy.ts'
import { upgrade } from '../live/sockets.ts'
import { serverBench } from '../support/in-process.ts'
import { KEY } from '../support/server-process.ts'
import { AN_OFFER, codeOf, playFrom, postOffer, publishTo } from '../support/streams.ts'

const ADA = { user: { id: 'ada' } }

test('where anybody may play, a token that is sent must be live, and what it plays lives under its login', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const login = await server.sessions.issue(ADA)
  await using playing = await playFrom(server.url, { credential: login.token })
  await playing.plays()
  const [held] = (await server.sessions.list({ kind: 'playback' })).items
  assert.deepEqual([held?.parentId, held?.userId], [login.session.id, 'ada'])
  await server.sessions.end({ id: login.session.id })
  await playing.until('failed', 5_000)
  const refused = await postOffer(server.url, AN_OFFER, { credential: login.token })
  assert.deepEqual([refused.status, codeOf(refused)], [401, 'session-ended'])
})

test('where playing takes a session, a token lets in and nothing else does', async () => {
  await using server = await serverBench('--playback=open,app=session')
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const offer = AN_OFFER
  const { token } = await server.sessions.issue(ADA)
  const other = await server.sessions.issue({ ...ADA, realm: 'shop' })
  const table: readonly (readonly [number, string | undefined])[] = [
    [401, undefined],
    [401, KEY],
    [401, other.token],
    [201, token],
  ]
  for (const [status, credential] of table)
    assert.equal(
      (await postOffer(server.url, offer, credential === undefined ? {} : { credential })).status,
      status,
    )
  const cookie = { headers: { cookie: `rollcall=${token}` } }
  assert.equal((await postOffer(server.url, offer, cookie)).status, 403, 'a cookie alone proves no intent')
  const own = { headers: { cookie: `rollcall=${token}`, 'sec-fetch-site': 'same-origin' } }
  assert.equal((await postOffer(server.url, offer, own)).status, 201)
  assert.equal((await postOffer(server.url, offer, { path: '/open/stream/whep' })).status, 409)
})

test('behind a proxy, the URL that was signed is the one that the player asked for', async () => {
  const key = '1kU^b6'
  const flags = ['--playback=signed', `--signed-policy-key=${key}`, '--trust-proxy=loopback']
  await using server = await serverBench(...flags)
  const policy = JSON.stringify({ url_expire: Date.now() + 60_000, real_ip: '203.0.113.9' })
  const path = `/app/stream/whep?policy=${Buffer.from(policy).toString('base64url')}`
  const signature = signUrl(key, `https://live.example.com:443${path}`)
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'live.example.com' }
  const post = async (address: string): Promise<number> => {
    const forwarded = { ...headers, 'x-forwarded-for': address }
    const asking = { path: `${path}&signature=${signature}`, headers: forwarded }
    return (await postOffer(server.url, AN_OFFER, asking)).status
  }
  assert.equal(await post('203.0.113.9'), 409, 'let in, and nobody publishes')
  assert.equal(await post('203.0.113.9:4711'), 409, 'some proxies write the port, too')
  assert.equal(await post('203.0.113.10'), 403)
})

test('an address is kept out whatever port a proxy writes with it', async () => {
  await using server = await serverBench('--trust-proxy=loopback')
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const post = (address: string) =>
    postOffer(server.url, AN_OFFER, { headers: { 'x-forwarded-for': address } })
  assert.equal((await post('203.0.113.9:4711')).status, 201)
  const [held] = (await server.sessions.list({ kind: 'playback' })).items
  assert.equal(held?.device.ip, '203.0.113.9')
  const deny = { keys: ['address'], span: 60_000 } as const
  await server.sessions.end({ id: held?.id ?? '' }, { deny })
  const refused = await post('203.0.113.9:4712')
  assert.deepEqual([refused.status, codeOf(refused)], [403, 'denied'])
})

test('a server that is to check signed URLs does not start without the key', async () => {
  await assert.rejects(serverBench('--playback=open,paid=signed'), /--signed-policy-key/)
})

test('an address may ask so often and no more', async () => {
  await using server = await serverBench('--stream-limit=2/1m')
  for (const status of [409, 409, 429]) {
    const { headers, ...answer } = await postOffer(server.url, AN_OFFER)
    assert.equal(answer.status, status)
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d?$/)
  }
})

test('how often an address may ask is one count, however it asks, and those that ask once are forgotten', async () => {
  await using server = await serverBench('--stream-limit=2/1m')
  for (const status of [409, 409]) assert.equal((await postOffer(server.url, AN_OFFER)).status, status)
  assert.equal((await upgrade(server.url, [], '/app/stream')).status, 429)
  const pace = paceOf({ failures: 1, window: 60_000 }, 2)
  for (const client of ['a', 'b', 'c', 'a']) await pace(client)
  await assert.rejects(pace('c'), (fault) => isRollcallError(fault, 'too-many-requests'))
})

test('a network of IPv6 is one address to the limit of those who never connect', async () => {
  await using server = await serverBench('--trust-proxy=loopback')
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const post = (network: string, host: number) =>
    postOffer(server.url, AN_OFFER, { headers: { 'x-forwarded-for': `${network}::${host}` } })
  const statuses: number[] = []
  for (let host = 1; host <= 33; host++) statuses.push((await post('2001:db8:0:1', host)).status)
  assert.deepEqual([statuses.indexOf(503), new Set(statuses).size], [32, 2])
  assert.equal((await post('2001:db8:0:2', 1)).status, 201)
})

test('where playing takes a signed URL, only that URL plays, and no longer than it says', async () => {
  const key = '1kU^b6'
  await using server = await serverBench('--playback=app=signed', `--signed-policy-key=${key}`)
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const sign = (policy: object, path = '/app/stream/whep?session=ada'): string => {
    const unsigned = `${path}&policy=${Buffer.from(JSON.stringify(policy)).toString('base64url')}`
    return `${unsigned}&signature=${signUrl(key, server.url + unsigned)}`
  }
  const soon = { url_expire: Date.now() + 60_000 }
  const offer = AN_OFFER
  for (const path of [
    '/app/stream/whep',
    sign(soon).replace('ada', 'bob'),
    sign({ ...soon, allow_ip: '192.0.2.0/24' }),
    sign({ url_expire: Date.now() - 1 }),
  ]) {
    const refused = await postOffer(server.url, offer, { path })
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'forbidden'], path)
  }
  const lasting = { ...soon, allow_ip: '127.0.0.0/8', stream_expire: Date.now() + 2_000 }
  await using playing = await playFrom(server.url, { path: sign(lasting) })
  await playing.plays()
  await playing.until('failed', 5_000)
  const [ended] = (await server.sessions.list({ kind: 'playback', status: 'ended' })).items
  assert.deepEqual([ended?.ending?.reason, ended?.name], ['expired', 'ada'])
})
