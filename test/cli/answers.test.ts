import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { rollcall } from './recorder.ts'

const KEY = 'rck_0123456789abcdefghij'

interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What something at the address answers, and what the command makes of it. */
const REPLIES: readonly (readonly [what: string, reply: Reply, exitCode: number, told: RegExp])[] = [
  [
    'a problem',
    problem(400, 'bad-request', 'Use fewer.'),
    1,
    /^rollcall: Use fewer\. \(400 bad-request\)\n$/,
  ],
  ['an unusable key', problem(401, 'no-credentials'), 4, /401 no-credentials/],
  [
    'a key without the scope',
    problem(403, 'forbidden', 'It lacks admin.'),
    4,
    /It lacks admin\. \(403 forbidden\)/,
  ],
  ['a problem that quotes the key', problem(400, 'bad-request', `What is ${KEY}?`), 1, /What is /],
  ['a store out of reach', problem(503, 'store-unavailable'), 3, /503 store-unavailable/],
  [
    'a proxy without a server',
    { status: 502, body: '<h1>Bad Gateway</h1>' },
    3,
    /answered 502.*right server/,
  ],
  ['a web page', { status: 200, body: '<html></html>' }, 1, /answered 200.*right server/],
  [
    'another address',
    { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
    1,
    /answered 302/,
  ],
]

for (const [what, reply, exitCode, told] of REPLIES) {
  test(`${what} exits with ${exitCode} and a sentence without the key`, async () => {
    await answering(
      () => reply,
      async (url) => {
        const ran = await rollcall(['keys', 'list', '--url', url], { env: { ROLLCALL_KEY: KEY } })
        assert.match(ran.err, told)
        assert.deepEqual([ran.exitCode, ran.out, ran.err.includes(KEY)], [exitCode, '', false])
      },
    )
  })
}

test('nobody at the address exits with 3 and says what to check', async () => {
  const url = await answering(
    () => ({ status: 200, body: '' }),
    async (each) => each,
  )
  const { exitCode, err } = await rollcall(['keys', 'list', '--url', url, '--key', KEY])
  assert.match(
    err,
    /There is no answer from http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\. Is the server running there\?/,
  )
  assert.equal(exitCode, 3)
})

test('a list goes on behind short and empty pages until it is as long as was asked', async () => {
  const pages: Readonly<Record<string, readonly [number, string | null]>> = {
    '': [2, 'b'],
    b: [0, 'c'],
    c: [3, 'd'],
    d: [4, null],
  }
  const asked: string[] = []
  const serve = ({ url = '' }: IncomingMessage): Reply => {
    const { searchParams } = new URL(url, 'http://localhost')
    asked.push(`${searchParams.get('cursor')} ${searchParams.get('limit')}`)
    const [count, nextCursor] = pages[searchParams.get('cursor') ?? ''] ?? [0, null]
    return {
      status: 200,
      body: JSON.stringify({ items: Array.from({ length: count }, () => ({})), nextCursor }),
    }
  }
  await answering(serve, async (url) => {
    const list = async (...flags: string[]) =>
      JSON.parse((await rollcall(['sessions', 'list', '--url', url, '--key', KEY, '--json', ...flags])).out)
    const five = await list('--limit', '5')
    assert.deepEqual([five.items.length, five.nextCursor], [5, 'd'])
    assert.deepEqual(asked.splice(0), ['null 5', 'b 3', 'c 3'])
    const all = await list('--all')
    assert.deepEqual([all.items.length, all.nextCursor], [9, null])
    assert.deepEqual(asked, ['null 200', 'b 200', 'c 200', 'd 200'])
  })
})

test('a path in the URL is kept in front of the API', async () => {
  const paths: (string | undefined)[] = []
  await answering(
    ({ url }) => {
      paths.push(url)
      return { status: 200, body: '{"items":[],"nextCursor":null}' }
    },
    async (url) => {
      await rollcall(['keys', 'list'], { env: { ROLLCALL_KEY: KEY, ROLLCALL_URL: `${url}/behind/proxy` } })
    },
  )
  assert.deepEqual(paths, ['/behind/proxy/v1/keys'])
})

function problem(status: number, code: string, detail?: string): Reply {
  return { status, body: JSON.stringify({ title: 'A problem', status, code, detail }) }
}

/** Answers every request in one way while something is done. */
async function answering<Result>(
  reply: (request: IncomingMessage) => Reply,
  act: (url: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer((request, response) => {
    const { status, body, headers } = reply(request)
    response.writeHead(status, { connection: 'close', ...headers }).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    await new Promise((closed) => server.close(closed))
  }
}
