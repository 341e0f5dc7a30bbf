import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { type Client, createClient } from '../../src/client/index.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { type Hindrance, hindranceBefore } from '../support/hindrance.ts'
import { KEY } from '../support/server-process.ts'

/** A client whose next answers get lost on their way, after the server has done what was asked. */
interface Lossy extends AsyncDisposable {
  readonly bench: AppBench
  readonly between: Hindrance
  readonly client: Client
}

async function lossy(): Promise<Lossy> {
  const bench = await appBench()
  const between = await hindranceBefore(bench.url)
  const client = createClient({ url: between.url, key: KEY, fetch: onConnectionsOfItsOwn })
  return {
    bench,
    between,
    client,
    async [Symbol.asyncDispose]() {
      await between[Symbol.asyncDispose]()
      await bench[Symbol.asyncDispose]()
    },
  }
}

function onConnectionsOfItsOwn(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), connection: 'close' },
  })
}

const READS: Readonly<Record<string, (client: Client, token: string, id: string) => Promise<unknown>>> = {
  whoami: (client, token) => client.as(token).whoami(),
  verify: (client, token) => client.verify(token),
  'verify of many': (client, token) => client.verifyMany([token]),
  get: (client, _token, id) => client.sessions.get(id),
  list: (client) => client.sessions.list().page(),
  'a dry run': (client) => client.sessions.wouldEnd({ user: 'ada' }),
}

const ENDS: typeof READS = {
  'end of one': (client, _token, id) => client.sessions.end(id),
  'end of many': (client) => client.sessions.endMany({ user: 'ada' }),
  'end of a user': (client) => client.users.endSessions('ada'),
  'end of all of mine': (client, token) => client.as(token).sessions.endAll(),
}

for (const [name, ask] of Object.entries(READS))
  test(`where two answers get lost, the third of ${name} arrives`, async () => {
    await using world = await lossy()
    const { token, id } = await world.bench.issue('ada')
    world.between.suffer('answer-lost', 'answer-lost')
    assert.ok(await ask(world.client, token, id))
    assert.equal(world.between.connections, 3)
  })

for (const [name, ask] of Object.entries(ENDS))
  test(`where the answer gets lost, asking again for the ${name} ends no more than was meant`, async () => {
    await using world = await lossy()
    const { token, id } = await world.bench.issue('ada')
    const bystander = await world.bench.issue('grace')
    world.between.suffer('answer-lost')
    await ask(world.client, token, id).catch((fault: { readonly code: string }) => {
      assert.equal(fault.code, 'session-ended')
    })
    assert.equal(world.between.connections, 2)
    assert.equal((await world.bench.sessions.verify(token)).ok, false)
    assert.equal((await world.bench.sessions.verify(bystander.token)).ok, true)
  })

/** What must not be done twice, and how often it was done. */
const CHANGES: Readonly<
  Record<
    string,
    readonly [(client: Client, id: string) => Promise<unknown>, (bench: AppBench) => Promise<number>]
  >
> = {
  issue: [
    (client) => client.issue({ user: { id: 'grace' } }),
    async ({ sessions }) => (await sessions.count({ userId: 'grace' })).count,
  ],
  'a new key': [
    (client) => client.keys.create({ name: 'twin', scopes: ['sessions:read'] }),
    async ({ sessions }) => (await sessions.keys.list()).filter(({ name }) => name === 'twin').length,
  ],
  'a change of a session': [
    (client, id) => client.sessions.update(id, { label: 'changed' }),
    ({ sessions }) => countOf(sessions, 'session.updated'),
  ],
  'a change of a user': [
    (client) => client.users.update('ada', { displayName: 'Ada' }),
    ({ sessions }) => countOf(sessions, 'user.updated'),
  ],
}

for (const [name, [ask, countDone]] of Object.entries(CHANGES))
  test(`where its answer gets lost, ${name} is not asked for again`, async () => {
    await using world = await lossy()
    const { id } = await world.bench.issue('ada')
    world.between.suffer('answer-lost')
    await assert.rejects(ask(world.client, id), { name: 'RollcallProblem', code: 'unreachable', status: 0 })
    assert.equal(world.between.connections, 1)
    assert.equal(await countDone(world.bench), 1)
  })

test('a client that asked again for everything would begin two sessions', async () => {
  await using world = await lossy()
  const naive = createClient({
    url: world.between.url,
    key: KEY,
    fetch: (url, init) => onConnectionsOfItsOwn(url, init).catch(() => onConnectionsOfItsOwn(url, init)),
  })
  world.between.suffer('answer-lost')
  await naive.issue({ user: { id: 'grace' } })
  assert.equal((await world.bench.sessions.count({ userId: 'grace' })).count, 2)
})

test('where the answer of a refresh gets lost, asking again finds the same successor, and nobody is signed out', async () => {
  await using world = await lossy()
  const { token } = await world.bench.issue('ada')
  const me = world.client.as(token)
  world.between.suffer('answer-lost', 'answer-lost')
  const { token: successor = '' } = await me.refresh()
  assert.equal(world.between.connections, 3)
  assert.equal(await countOf(world.bench.sessions, 'session.refreshed'), 1)
  assert.equal((await me.whoami()).session.userId, 'ada')
  assert.equal((await world.bench.sessions.verify(successor)).ok, true)
})

test('calls for a refresh at the same time share one exchange', async () => {
  await using world = await lossy()
  const { token } = await world.bench.issue('ada')
  const me = world.client.as(token)
  const renewed = await Promise.all([me.refresh(), me.refresh(), me.refresh()])
  assert.equal(new Set(renewed.map((each) => each.token)).size, 1)
  assert.equal(world.between.connections, 1)
})

test('a call gives up in the time that it has, and says so', async () => {
  await using world = await lossy()
  const { token } = await world.bench.issue('ada')
  world.between.suffer('silence', 'silence', 'silence', 'silence')
  const begun = performance.now()
  await assert.rejects(world.client.verify(token, { timeout: 300 }), { code: 'timeout', status: 0 })
  assert.ok(performance.now() - begun < 2_000)
})

test('its own signal ends a call at once, with its own reason', async () => {
  await using world = await lossy()
  const { token } = await world.bench.issue('ada')
  world.between.suffer('silence')
  const reason = new Error('the page was left')
  const leaving = new AbortController()
  setImmediate(() => leaving.abort(reason))
  await assert.rejects(world.client.verify(token, { signal: leaving.signal }), reason)
})

test('a busy server is asked again after as long as it asks for, and one that says no is not', async () => {
  const answers: { readonly status: number; readonly after?: string }[] = []
  const times: number[] = []
  const server = createServer((_request, response) => {
    times.push(performance.now())
    const { status, after } = answers.shift() ?? { status: 200 }
    response.writeHead(status, {
      'content-type': 'application/problem+json',
      ...(after !== undefined && { 'retry-after': after }),
    })
    response.end(JSON.stringify(status === 200 ? { count: 1, exact: true } : PROBLEMS[status]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const client = createClient({
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    key: KEY,
  })
  try {
    answers.push({ status: 503, after: '1' }, { status: 200 })
    assert.deepEqual(await client.sessions.count(), { count: 1, exact: true })
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990)

    for (const status of [400, 403, 500]) {
      times.length = 0
      answers.push({ status })
      await assert.rejects(client.sessions.count(), { status })
      assert.equal(times.length, 1)
    }

    times.length = 0
    answers.push({ status: 503, after: '3600' })
    await assert.rejects(client.sessions.count(), { code: 'store-unavailable', retryAfter: 3_600_000 })
    assert.equal(times.length, 1)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

const PROBLEMS: Readonly<Record<number, object>> = {
  400: { code: 'bad-request', title: 'Bad' },
  403: { code: 'forbidden', title: 'No' },
  500: { code: 'internal', title: 'Broken' },
  503: { code: 'store-unavailable', title: 'Away' },
}

async function countOf({ events }: AppBench['sessions'], type: string): Promise<number> {
  return (await events('0', 500)).events.filter((event) => event.type === type).length
}
