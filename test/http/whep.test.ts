import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverBench } from '../support/in-process.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'
import {
  AN_OFFER,
  codeOf,
  FRAGMENT,
  type Posted,
  playFrom,
  postOffer,
  publishTo,
  SDP,
} from '../support/streams.ts'
import { until } from '../support/until.ts'

const NAMES = '/v1/vhosts/default/apps/app/streams/stream/sessions'

test('whoever plays is answered with what WHEP asks for, is listed under their name, and leaves by a secret URL', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  await using playing = await playFrom(server.url, { path: '/app/stream/whep?session=ada' })
  const { headers, location, status } = playing.posted
  assert.equal(status, 201)
  assert.equal(headers.get('content-type'), SDP)
  assert.match(headers.get('etag') ?? '', /^"[\w-]+"$/)
  assert.equal(headers.get('accept-patch'), FRAGMENT)
  assert.match(new URL(location).pathname, /^\/app\/stream\/whep\/[\w-]{43}$/)
  await playing.plays()

  const [session] = (await call(server.url, 'GET', '/v1/sessions?kind=playback', KEY)).json.items ?? []
  assert.ok(!location.includes(session?.id ?? 'ses_'), 'what is listed is no way to end it')
  assert.deepEqual(await names(server.url), ['ada'])
  assert.deepEqual(await statuses(location, [['HEAD'], ['GET'], ['OPTIONS']]), [200, 204, 204])

  assert.equal((await fetch(location, { method: 'DELETE' })).status, 200)
  await playing.until('failed', 5_000)
  await until('the list is empty', async () => (await names(server.url)).length === 0)
  const [ended] = (await server.sessions.list({ kind: 'playback', status: 'ended' })).items
  assert.equal(ended?.ending?.reason, 'closed')
  assert.deepEqual(await statuses(location, [['DELETE'], ['PATCH'], ['GET'], ['HEAD']]), [404, 404, 404, 404])
})

test('candidates are taken for the ICE session that they are of, and for no other', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  let ufrag = ''
  const change = (offer: string): string => {
    ufrag = /^a=ice-ufrag:(\S+)/m.exec(offer)?.[1] ?? ''
    return offer
  }
  await using playing = await playFrom(server.url, { choices: { change } })
  const { location, headers } = playing.posted
  const tag = headers.get('etag') ?? ''
  const candidate = 'a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host'
  const fragment = `a=ice-ufrag:${ufrag}\r\na=ice-pwd:x\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${candidate}\r\na=end-of-candidates\r\n`
  const table: readonly (readonly [number, Readonly<Record<string, string>>, string])[] = [
    [204, { 'content-type': FRAGMENT, 'if-match': tag }, fragment],
    [204, { 'content-type': `${FRAGMENT}; charset=utf-8`, 'if-match': '*' }, fragment],
    [204, { 'content-type': FRAGMENT, 'if-match': tag }, 'a=end-of-candidates\r\n'],
    [428, { 'content-type': FRAGMENT }, fragment],
    [412, { 'content-type': FRAGMENT, 'if-match': '"another"' }, fragment],
    [422, { 'content-type': FRAGMENT, 'if-match': '*' }, fragment.replace(ufrag, 'another')],
    [415, { 'content-type': SDP, 'if-match': tag }, fragment],
    [415, { 'content-type': 'application/json', 'if-match': tag }, '{}'],
    [400, { 'content-type': FRAGMENT, 'if-match': tag }, 'no fragment'],
    [400, { 'content-type': FRAGMENT, 'if-match': tag }, ''],
    [400, { 'content-type': FRAGMENT, 'if-match': tag }, `${candidate}\r\n`.repeat(65)],
    [413, { 'content-type': FRAGMENT, 'if-match': tag }, 'a'.repeat(70_000)],
  ]
  for (const [status, patchHeaders, body] of table) {
    const answer = await fetch(location, { method: 'PATCH', headers: patchHeaders, body })
    assert.equal(answer.status, status, `${JSON.stringify(patchHeaders)} ${body.slice(0, 40)}`)
    assert.equal(answer.headers.get('accept-patch'), status === 415 ? FRAGMENT : null)
  }
  await playing.plays()
})

test('what cannot be played is refused with the status that says why', async () => {
  await using server = await serverBench()
  const offer = AN_OFFER
  const post = (asking: Parameters<typeof postOffer>[2], body = offer): Promise<Posted> =>
    postOffer(server.url, body, asking)

  const absent = await post({})
  assert.deepEqual([absent.status, codeOf(absent)], [409, 'not-published'])
  assert.match(absent.headers.get('retry-after') ?? '', /^[1-9]\d*$/)

  await using publishing = await publishTo(server.url, { choices: { codecs: ['VP8', 'opus'] } })
  await publishing.until('connected')
  const table: readonly (readonly [number, string, Parameters<typeof postOffer>[2], string?])[] = [
    [409, 'not-published', { path: '/app/other/whep' }],
    [400, 'bad-request', {}, ''],
    [400, 'bad-request', {}, 'v=0\r\no=nothing\r\n'],
    [400, 'bad-request', {}, 'no offer'],
    [413, 'too-large', {}, `v=0\r\n${'a'.repeat(70_000)}`],
    [415, 'unsupported-media-type', { headers: { 'content-type': 'application/json' } }, '{}'],
    [415, 'unsupported-media-type', { headers: { 'content-type': 'text/plain' } }],
    [422, 'unprocessable', {}, offer.replaceAll(/ (VP8|opus)\//gi, ' unheard-of/')],
    [400, 'bad-request', { path: '/app/stream/whep?session=' }],
    [400, 'bad-request', { path: '/app/stream/whep?session=a%2Fb' }],
    [400, 'bad-request', { path: '/app/stream/whep?session=a%0Ab' }],
    [400, 'bad-request', { path: '/app/stream/whep?session=a&session=b' }],
    [400, 'bad-request', { path: `/app/stream/whep?session=${'a'.repeat(191)}` }],
    [400, 'bad-request', { path: '/app/a%2Fb/whep' }],
    [400, 'bad-request', { path: '/app/a%20b/whep' }],
    [400, 'bad-request', { path: `/app/${'a'.repeat(191)}/whep` }],
    [414, 'path-too-long', { path: `/app/${'a'.repeat(300)}/whep` }],
    [401, 'no-session', { credential: 'rct_nonsense' }],
    [401, 'no-credentials', { credential: 'a-key-that-nobody-has' }],
  ]
  for (const [status, code, asking, body] of table) {
    const refused = await post(asking, body)
    const told = `${JSON.stringify(asking)} ${body?.slice(0, 20)}`
    assert.deepEqual([refused.status, codeOf(refused)], [status, code], told)
    assert.equal(refused.headers.get('www-authenticate') !== null, status === 401, told)
    assert.equal(refused.headers.get('retry-after') !== null, code === 'not-published', told)
  }
  const { items } = await server.sessions.list({ kind: 'playback', status: 'any' })
  assert.deepEqual(items, [], 'nothing is left of what was refused')
})

test('a name plays once: the second one is refused, and the first goes on', async () => {
  await using server = await serverBench()
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const path = '/app/stream/whep?session=ada'
  await using playing = await playFrom(server.url, { path })
  await playing.plays()
  const refused = await postOffer(server.url, AN_OFFER, { path })
  assert.deepEqual([refused.status, codeOf(refused)], [409, 'name-taken'])
  assert.equal(refused.headers.get('retry-after'), null, 'coming back would not help')
  await playing.plays()
  await fetch(playing.posted.location, { method: 'DELETE' })
  await until('the name is free', async () => (await names(server.url)).length === 0)
  await using again = await playFrom(server.url, { path })
  await again.plays()
})

test("paths of the server's own are what they were, whatever stands behind them", async () => {
  await using server = await serverBench()
  const offer = AN_OFFER
  const before = await call(server.url, 'POST', '/docs/nothing', KEY, {})
  for (const app of [
    'v1',
    'api',
    'sessions',
    'docs',
    'console',
    'account',
    'demo',
    'authz',
    'metrics',
    'openapi.json',
    '%76%31',
  ]) {
    const answer = await postOffer(server.url, offer, { path: `/${app}/stream/whep` })
    assert.ok([401, 403, 404].includes(answer.status), `${app}: ${answer.status} ${answer.body}`)
    assert.notEqual(codeOf(answer), 'not-published')
  }
  assert.equal(before.status, 404)
  assert.equal((await postOffer(server.url, offer, { path: '/v1x/stream/whep' })).status, 409)
})

test('the host says which virtual host is meant, and --vhosts what it is called', async () => {
  await using server = await serverBench('--vhosts=live.example.com=live')
  const offer = AN_OFFER
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const post = (host: string): Promise<{ readonly status: number }> =>
    raw(
      server.url,
      'POST',
      '/app/stream/whep',
      [
        ['Host', host],
        ['Content-Type', SDP],
      ],
      offer,
    )
  assert.equal((await post('LIVE.example.com:8080')).status, 409)
  assert.equal((await post('elsewhere.example.com')).status, 201)
})

test('pages of listed origins may play and read what they need, others may not', async () => {
  await using server = await serverBench(
    '--allow-origin=https://app.example',
    '--ice-servers=stun:stun.example.com:3478,turn:turn.example.com;username=a"da;credential=secret',
  )
  await using publishing = await publishTo(server.url)
  await publishing.until('connected')
  const ask = (origin: string): Promise<Response> =>
    fetch(`${server.url}/app/stream/whep`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
  const allowed = await ask('https://app.example')
  assert.equal(allowed.status, 204)
  assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /PATCH.*DELETE/)
  assert.match(
    allowed.headers.get('access-control-allow-headers') ?? '',
    /Authorization, Content-Type, If-Match/,
  )
  assert.equal((await ask('https://evil.example')).headers.get('access-control-allow-origin'), null)

  const put = await fetch(`${server.url}/app/stream/whep`, { method: 'PUT' })
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, HEAD, OPTIONS, POST'])
  const plain = await fetch(`${server.url}/app/stream/whep`, { method: 'OPTIONS' })
  assert.deepEqual([plain.status, plain.headers.get('accept-post')], [204, SDP])

  await using playing = await playFrom(server.url, { headers: { origin: 'https://app.example' } })
  const { headers } = playing.posted
  assert.equal(headers.get('access-control-allow-origin'), 'https://app.example')
  for (const header of ['Location', 'ETag', 'Link', 'Accept-Patch', 'Retry-After'])
    assert.ok(headers.get('access-control-expose-headers')?.split(', ').includes(header), header)
  assert.ok(headers.get('link')?.includes('<stun:stun.example.com:3478>; rel="ice-server"'))
  assert.ok(
    headers
      .get('link')
      ?.includes(
        '<turn:turn.example.com>; rel="ice-server"; username="a\\"da"; credential="secret"; credential-type="password"',
      ),
  )
})

async function names(url: string): Promise<readonly string[]> {
  const response = await fetch(url + NAMES, { headers: { authorization: `Basic ${btoa(KEY)}` } })
  return ((await response.json()) as { readonly response?: readonly string[] }).response ?? []
}

async function statuses(url: string, methods: readonly (readonly [string])[]): Promise<readonly number[]> {
  return Promise.all(methods.map(async ([method]) => (await fetch(url, { method })).status))
}
