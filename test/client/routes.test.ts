import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, createClient } from '../../src/client/index.ts'
import { appBench } from '../support/app.ts'
import { gather } from '../support/gather.ts'
import { KEY } from '../support/server-process.ts'

test('the client calls every native route, and reads what it answers', async () => {
  await using bench = await appBench()
  const called = new Set<string>()
  const client = createClient({
    url: bench.url,
    key: KEY,
    fetch: (url, init) => {
      called.add(`${init.method} ${new URL(url).pathname}`)
      return fetch(url, init)
    },
  })
  await asBackend(client)
  await asHolder(client)
  await asOperator(client)
  await asListener(client)

  const { paths } = (await (await fetch(`${bench.url}/openapi.json`)).json()) as {
    paths: Record<string, object>
  }
  const described = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/') && !path.startsWith('/v1/live'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const))
  const uncalled = described.filter(([method, path]) => {
    const pattern = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return ![...called].some((call) => pattern.test(call) && !isOtherPath(call, path, paths))
  })
  assert.ok(described.length >= 25, `only ${described.length} routes are described`)
  assert.deepEqual(uncalled, [])
})

/** Tells whether a call is of a path that a template happens to match, such as `/count` of `/{id}`. */
function isOtherPath(call: string, template: string, paths: object): boolean {
  const [, path = ''] = call.split(' ')
  return path !== template && Object.hasOwn(paths, path)
}

async function asBackend(client: Client): Promise<void> {
  const { session, token, gaveWay } = await client.issue({
    user: { id: 'ada', displayName: 'Ada' },
    device: { ip: '203.0.113.7', label: 'laptop' },
    data: { plan: 'pro' },
  })
  assert.equal(session.userId, 'ada')
  assert.ok(gaveWay === undefined || gaveWay.length === 0)
  const phone = await client.issue({ user: { id: 'ada' }, device: { label: 'phone' } })

  const verdict = await client.verify(token, { seen: { ip: '198.51.100.1' } })
  assert.ok(verdict.live)
  assert.deepEqual([verdict.user?.displayName, verdict.differs], ['Ada', ['ip']])
  assert.deepEqual(await client.verify(token, { level: 3 }), { live: false, reason: 'not-fresh' })
  const many = await client.verifyMany([phone.token, 'rct_nonsense', token])
  assert.deepEqual(
    many.map(({ live }) => live),
    [true, false, true],
  )

  assert.equal((await client.sessions.get(session.id)).data?.plan, 'pro')
  const { items } = await client.sessions.list({ user: 'ada', label: 'phone' }).page()
  assert.deepEqual(
    items.map(({ id }) => id),
    [phone.session.id],
  )
  assert.deepEqual(await client.sessions.count({ user: 'ada' }), { count: 2, exact: true })
  const labelled = await client.sessions.update(session.id, { label: 'old laptop', data: null })
  assert.deepEqual([labelled.session.device.label, labelled.token], ['old laptop', undefined])
  const authentication = { methods: ['pwd', 'otp'], level: 2 } as const
  assert.match((await client.sessions.update(session.id, { authentication })).token ?? '', /^rct_/)

  assert.deepEqual(await client.sessions.wouldEnd({ user: 'ada', except: session.id }), {
    matched: 1,
    exact: true,
    ended: 0,
  })
  const ended = await client.sessions.endMany(
    { filter: { user: 'ada', label: 'phone' } },
    { reason: 'logout' },
  )
  assert.equal(ended.ended, 1)
  assert.equal((await client.sessions.get(phone.session.id)).ending?.reason, 'logout')
  assert.equal((await client.sessions.end(session.id)).ended, 1)
  assert.equal((await client.sessions.end(session.id)).ended, 0)
}

async function asHolder(client: Client): Promise<void> {
  const { session, token } = await client.issue({ user: { id: 'grace' } })
  const other = await client.issue({ user: { id: 'grace' } })
  const me = client.as(token)
  assert.equal((await me.whoami()).session.id, session.id)
  const { items } = await me.sessions.list().page()
  assert.deepEqual(
    items.map(({ id, current }) => [id, current]),
    [
      [other.session.id, false],
      [session.id, true],
    ],
  )
  assert.equal((await me.sessions.update('current', { label: 'here' })).device.label, 'here')
  const renewed = await me.refresh()
  assert.notEqual(renewed.token, token)
  assert.equal((await me.whoami()).session.id, session.id)
  assert.equal((await me.sessions.end(other.session.id)).ended, 1)
  await client.issue({ user: { id: 'grace' } })
  assert.equal((await me.sessions.endOthers()).ended, 1)
  assert.equal((await me.sessions.endAll()).ended, 1)
  await assert.rejects(me.whoami(), { code: 'session-ended', status: 401 })
}

async function asOperator(client: Client): Promise<void> {
  const { session } = await client.issue({ user: { id: 'eve' }, device: { ip: '198.51.100.66' } })
  const { items } = await client.nodes()
  assert.deepEqual(
    items.map(({ own, lease }) => [own, lease]),
    [[true, 'live']],
  )
  assert.deepEqual((await client.overview()).live.login, { count: 1, exact: true })
  assert.equal((await client.users.get('eve')).banned, false)
  const presence = await client.presence(['eve', 'nobody'])
  assert.deepEqual(
    presence.map(({ userId }) => userId),
    ['eve', 'nobody'],
  )
  assert.ok((await client.users.list({ limit: 200 }).page()).items.some(({ id }) => id === 'eve'))
  assert.equal((await client.users.sessions('eve').page()).items[0]?.id, session.id)
  assert.equal((await client.users.endSessions('eve')).ended, 1)
  const changed = await client.users.update('eve', { banned: true, reason: 'spam' })
  assert.deepEqual([changed.user.banned, changed.user.banReason, changed.ended], [true, 'spam', 0])

  const { key, secret } = await client.keys.create({ name: 'reader', scopes: ['sessions:read'] })
  assert.match(secret, /^rck_/)
  assert.ok((await client.keys.list().page()).items.some(({ id }) => id === key.id))
  assert.ok((await client.keys.withdraw(key.id)).withdrawnAt !== undefined)

  const mallory = await client.issue({ user: { id: 'mallory' }, device: { ip: '198.51.100.77' } })
  await client.sessions.endMany({ id: mallory.session.id }, { deny: { keys: ['address'], for: '1h' } })
  const [denial] = (await client.denials.list().page()).items
  assert.deepEqual([denial?.key, denial?.value], ['address', '198.51.100.77'])
  assert.equal((await client.denials.lift(denial?.id ?? '')).id, denial?.id)
  assert.deepEqual((await client.denials.list().page()).items, [])
}

async function asListener(client: Client): Promise<void> {
  const events = await gather(client.events.list({ type: ['user.updated', 'key.created'], limit: 200 }))
  assert.ok(events.some(({ type, user }) => type === 'user.updated' && user?.id === 'eve'))
  assert.ok(events.every(({ type }) => type === 'user.updated' || type === 'key.created'))
  for await (const event of client.events.stream({ user: 'ada' }, { after: '0' })) {
    assert.equal(event.type, 'session.created')
    break
  }
}
