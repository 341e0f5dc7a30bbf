import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockOf } from '../../src/core/network.ts'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { createApp } from '../../src/http/app.ts'
import { clientOf, isLocal } from '../../src/http/client.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'

/** What is trusted, who connects, what `X-Forwarded-For` they send, and who is taken to be the client. */
const FORWARDED: readonly (readonly [readonly string[], string, string, string])[] = [
  [[], '198.51.100.1', '203.0.113.7', '198.51.100.1'],
  [[], '127.0.0.1', '203.0.113.7', '127.0.0.1'],
  [['10.0.0.1'], '198.51.100.1', '203.0.113.7', '198.51.100.1'],
  [['10.0.0.1'], '10.0.0.2', '203.0.113.7', '10.0.0.2'],
  [['10.0.0.1'], '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  [['10.0.0.1'], '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
  [['10.0.0.1'], '10.0.0.1', '', '10.0.0.1'],
  [['10.0.0.1'], '10.0.0.1', '203.0.113.7, 198.51.100.1', '198.51.100.1'],
  [['10.0.0.1'], '10.0.0.1', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
  [['10.0.0.1'], '10.0.0.1', '10.0.0.1, 198.51.100.1', '198.51.100.1'],
  [['10.0.0.0/8'], '10.9.9.9', '203.0.113.7, 10.1.1.1', '203.0.113.7'],
  [['10.0.0.0/8'], '10.9.9.9', '6.6.6.6, 203.0.113.7, 10.1.1.1', '203.0.113.7'],
  [['10.0.0.0/8'], '11.0.0.1', '203.0.113.7', '11.0.0.1'],
  [['loopback'], '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  [['loopback'], '::1', '203.0.113.7', '203.0.113.7'],
  [['loopback'], '10.0.0.1', '203.0.113.7', '10.0.0.1'],
  [['2001:db8::/32'], '2001:db8::5', '2001:db9::1', '2001:db9::1'],
  [['2001:db8::/32'], '2001:db9::5', '203.0.113.7', '2001:db9::5'],
  [['10.0.0.1', 'loopback'], '127.0.0.1', '203.0.113.7, 10.0.0.1', '203.0.113.7'],
  [['10.0.0.1'], '10.0.0.1', '203.0.113.7:51234', '203.0.113.7'],
  [['10.0.0.1'], '10.0.0.1', '[2001:db8::7]:51234', '2001:db8::7'],
  [['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
  [['10.0.0.1'], '10.0.0.1', '203.0.113.7, nonsense', '10.0.0.1'],
]

test('the client is who connects, or whom trusted proxies forwarded, from the right, and nobody else', async () => {
  for (const [trustProxies, connects, forwarded, client] of FORWARDED) {
    await using app = askWho(trustProxies)
    const answer = await app.ask(connects, forwarded === '' ? {} : { 'x-forwarded-for': forwarded })
    assert.equal(answer.client, blockOf(client), `${trustProxies} ${connects} ${forwarded}`)
  }
})

test('headers that nobody vouches for change neither host nor scheme nor address', async () => {
  await using app = askWho(['10.0.0.1'])
  const spoofed = {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'localhost',
    'x-forwarded-proto': 'https',
    'x-real-ip': '127.0.0.1',
    'x-client-ip': '127.0.0.1',
    'true-client-ip': '127.0.0.1',
    'cf-connecting-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1;host=localhost;proto=https',
  }
  assert.deepEqual(await app.ask('198.51.100.1', { ...spoofed, host: 'a.example' }), {
    client: blockOf('198.51.100.1'),
    host: 'a.example',
    protocol: 'http',
    local: false,
  })
})

test('nobody becomes local by what a proxy forwards, trusted or not', async () => {
  for (const trustProxies of [[], ['loopback']]) {
    await using app = askWho(trustProxies)
    assert.equal((await app.ask('127.0.0.1', { host: 'localhost' })).local, true)
    for (const headers of [
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-host': 'localhost' },
      { 'x-real-ip': '127.0.0.1' },
    ]) {
      assert.equal((await app.ask('127.0.0.1', { host: 'localhost', ...headers })).local, false)
    }
  }
})

/** Spellings of two addresses. */
const SPELLINGS: readonly (readonly string[])[] = [
  [
    '2001:db8::7',
    '2001:DB8::7',
    '2001:0db8::0007',
    '2001:db8:0:0::7',
    '2001:db8:0:0:0:0:0:7',
    '2001:0db8:0000:0000:0000:0000:0000:0007',
    '2001:db8::0.0.0.7',
    '2001:db8::7%eth0',
    '[2001:db8::7]',
    '[2001:db8::7]:443',
    '2001:db8::ffff:ffff:ffff:ffff',
    '2001:db8:0:0:1::',
  ],
  ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107', '0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7:80'],
]

test('every spelling of an address is one client', async () => {
  await using app = askWho(['loopback'])
  for (const spellings of SPELLINGS) {
    const clients = new Set<string>()
    for (const spelling of spellings)
      clients.add((await app.ask('127.0.0.1', { 'x-forwarded-for': spelling })).client)
    assert.deepEqual([...clients], [blockOf(spellings[0] ?? '')])
  }
})

test('all addresses of a network of 64 bits are one client, and its neighbour is another', () => {
  const blocks = new Set<string | undefined>()
  for (let low = 0; low < 65_536; low++) blocks.add(blockOf(`2001:db8:1:2:${low.toString(16)}::1`))
  assert.equal(blocks.size, 1)
  assert.ok(!blocks.has(blockOf('2001:db8:1:3::1')))
  assert.notEqual(blockOf('203.0.113.7'), blockOf('203.0.113.8'))
})

interface Asked {
  readonly client: string
  readonly host: string
  readonly protocol: string
  readonly local: boolean
}

/** An application that tells whom it takes its caller for. */
function askWho(trustProxies: readonly string[]): AsyncDisposable & {
  ask(connects: string, headers: Readonly<Record<string, string>>): Promise<Asked>
} {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const app = createApp({ sessions, version: 'test', trustProxies })
  app.get('/who', { config: { access: 'anyone' }, schema: { hide: true } }, async (request) => ({
    client: clientOf(request),
    host: request.host,
    protocol: request.protocol,
    local: isLocal(request),
  }))
  return {
    async ask(connects, headers) {
      const answer = await app.inject({ url: '/who', remoteAddress: connects, headers })
      assert.equal(answer.statusCode, 200, answer.body)
      return answer.json<Asked>()
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await sessions.close()
    },
  }
}
