import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createClient, isProblem, RollcallProblem } from '../../src/client/index.ts'
import { appBench } from '../support/app.ts'
import { freePort, KEY } from '../support/server-process.ts'

test('what the server refuses is thrown with its code, its words and its facts', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  const limit = { sessions: 1, atLimit: 'refuse' } as const
  const first = await client.issue({ user: { id: 'ada' } })
  const full = await problemOf(client.issue({ user: { id: 'ada' }, limit }))
  assert.equal(full.code, 'limit-reached')
  assert.equal(full.status, 409)
  assert.deepEqual(
    full.details.sessions?.map(({ id }) => id),
    [first.session.id],
  )

  await client.sessions.end(first.session.id)
  const over = await problemOf(client.as(first.token).whoami())
  assert.ok(isProblem(over, 'session-ended'))
  assert.equal(over.details.reason, 'revoked')
  assert.ok(Date.parse(over.details.endedAt ?? '') > 0)

  await client.sessions.endMany({ user: 'ada' }, { deny: { keys: ['user'], for: '1h' } })
  const kept = await problemOf(client.issue({ user: { id: 'bad\nname' } }))
  assert.equal(kept.code, 'bad-request')
  assert.match(kept.message, /\w+/)

  assert.equal((await problemOf(client.sessions.get('ses_0000000000000000000000'))).code, 'not-found')
  assert.equal((await problemOf(client.sessions.list({ limit: 0 }).page())).code, 'bad-request')
  assert.equal((await problemOf(client.sessions.list().page('nonsense'))).code, 'bad-cursor')
  assert.equal((await problemOf(createClient({ url: bench.url }).overview())).code, 'no-credentials')
  assert.equal((await problemOf(createClient({ url: bench.url }).me.whoami())).code, 'no-session')
})

test('a selector that lost a field is refused before it is sent', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  const { id } = await bench.issue('ada')
  const lost = { user: 'ada', except: undefined } as unknown as { readonly user: string }
  assert.equal((await problemOf(client.sessions.endMany(lost))).code, 'bad-request')
  const within = { filter: { user: undefined } } as unknown as { readonly filter: { readonly user: string } }
  assert.equal((await problemOf(client.sessions.endMany(within))).code, 'bad-request')
  assert.equal((await client.sessions.get(id)).ending, undefined)
})

test('ids travel whole, whatever they are made of, and one that no path can hold is refused', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  for (const id of ['ada/lovelace', 'a?b#c', '100%', 'Zoë 🎟', '..a', 'a&b=c+d']) {
    await client.issue({ user: { id } })
    assert.equal((await client.users.get(id)).id, id)
    assert.equal((await client.sessions.count({ user: id })).count, 1)
  }
  for (const id of ['', '.', '..']) assert.equal((await problemOf(client.users.get(id))).code, 'bad-request')
})

test('where no answer comes, or one that is not of this server, that is said', async () => {
  const nobody = createClient({ url: `http://127.0.0.1:${await freePort()}`, key: KEY, retries: 0 })
  assert.equal((await problemOf(nobody.overview())).code, 'unreachable')

  const answers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    'a page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
    'a page of a proxy': (response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
    'a list': (response) => response.writeHead(200).end('[1,2]x'),
    nothing: (response) => response.writeHead(204).end(),
  }
  for (const [name, answer] of Object.entries(answers)) {
    await using server = await serverThat(answer)
    const problem = await problemOf(createClient({ url: server.url, key: KEY, retries: 0 }).overview())
    assert.equal(problem.code, 'unexpected-answer', name)
  }
})

test('a credential follows no redirect, and is in no error', async () => {
  const seen: (string | undefined)[] = []
  await using elsewhere = await serverThat((response) => {
    seen.push(response.req.headers.authorization)
    response.writeHead(200).end('{}')
  })
  await using server = await serverThat((response) =>
    response.writeHead(302, { location: `${elsewhere.url}/v1/overview` }).end(),
  )
  const key = 'rck_a-secret-that-nobody-may-read'
  const problem = await problemOf(createClient({ url: server.url, key, retries: 0 }).overview())
  assert.equal(problem.code, 'unreachable')
  assert.deepEqual(seen, [])
  assert.ok(!inspect(problem, { depth: 9, showHidden: true }).includes(key))

  for (const bad of ['rck_ünicode', 'rck_two\nlines', '']) {
    const refused = await problemOf(createClient({ url: server.url, key: bad }).overview())
    assert.equal(refused.code, 'bad-request')
    assert.ok(bad === '' || !inspect(refused, { depth: 9 }).includes(bad))
  }
})

test('a URL that cannot be used is refused at once', () => {
  for (const url of [
    'ftp://example.com',
    'http://user:password@example.com',
    'http://example.com/?q',
    'example.com',
  ])
    assert.throws(() => createClient({ url }), TypeError, url)
  for (const url of ['', '/sessions', 'http://127.0.0.1:4780/', 'https://example.com/sessions'])
    assert.ok(createClient({ url }), url)
})

async function problemOf(call: Promise<unknown>): Promise<RollcallProblem> {
  const fault = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(fault instanceof RollcallProblem, inspect(fault))
  return fault
}

async function serverThat(
  answer: (response: ServerResponse) => unknown,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
