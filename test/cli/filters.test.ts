import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIST_FILTER_FLAGS } from '../../src/cli/filter.ts'
import { ListQuery } from '../../src/protocol/queries.ts'
import type { WireSession } from '../../src/protocol/shapes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Running, startRunning } from './running.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

/** Who is there: a name for each session, and how it is issued. */
const POPULATION = {
  desk: { user: { id: 'ada' }, device: { userAgent: FIREFOX, ip: '203.0.113.7', label: 'desk' } },
  phone: {
    user: { id: 'bob', displayName: 'Bob Hope' },
    device: { userAgent: IPHONE, ip: '198.51.100.9' },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
  },
  stream: { kind: 'playback', resource: 'default/app/stream', name: 'screen', device: { ip: '2001:db8::1' } },
} as const

type Name = keyof typeof POPULATION | 'room'

/** What each filter finds of them; `ID` stands for the id of the session that was issued first. */
const FILTERS: readonly (readonly [flags: string, found: readonly Name[]])[] = [
  ['--user bob', ['phone']],
  ['--kind playback', ['stream']],
  ['--status live', ['desk', 'phone', 'room', 'stream']],
  ['--status ended', []],
  ['--reason revoked', []],
  ['--type mobile', ['phone']],
  ['--browser Firefox', ['desk']],
  ['--os iOS', ['phone']],
  ['--address 203.0.113.0/24', ['desk']],
  ['--address 2001:db8::1', ['stream']],
  ['--parent ID', ['room']],
  ['--resource default/app/stream', ['stream']],
  ['--resource-prefix default/', ['room', 'stream']],
  ['--name screen', ['stream']],
  ['--label desk', ['desk']],
  ['--level 2', ['phone']],
  ['--issued-after 1h', ['desk', 'phone', 'room', 'stream']],
  ['--issued-before 1h', []],
  ['--issued-before 2100-01-01T00:00:00Z', ['desk', 'phone', 'room', 'stream']],
  ['--active-after 1h', ['desk', 'phone', 'room', 'stream']],
  ['--active-before 1h', []],
  ['--text firefox', ['desk']],
  ['--filter type=desktop,address=203.0.113.0/24', ['desk']],
  ['--filter resourcePrefix=default/,active-after=15m --kind connection', ['room']],
  ['--filter browser=Firefox --filter level=3', []],
]

test('every filter of the API is a flag, and finds what it says', async () => {
  await using server = await startRunning()
  const names = await populate(server)
  for (const [flags, found] of FILTERS) {
    const line = flags.replace('ID', idOf(names, 'desk'))
    const { items } = (await server.json(`sessions list ${line}`)) as { items?: readonly WireSession[] }
    assert.deepEqual((items ?? []).map(({ id }) => names.get(id)).sort(), found, flags)
    const counted = await server.rollcall(`sessions count ${line}`)
    assert.equal(counted.out, `${found.length} session${found.length === 1 ? '' : 's'}\n`, flags)
  }
  const tried = FILTERS.map(([flags]) => flags).join(' ')
  for (const name of Object.keys(LIST_FILTER_FLAGS)) assert.ok(tried.includes(`--${name} `), name)
})

test('no filter of the API is missing among the flags', () => {
  const { properties = {} } = ListQuery as { readonly properties?: Readonly<Record<string, unknown>> }
  const known = Object.keys(LIST_FILTER_FLAGS).map((name) =>
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
  )
  const others = ['realm', 'sort', 'limit', 'cursor']
  assert.ok(Object.keys(properties).length > 20)
  assert.deepEqual(
    Object.keys(properties).filter((name) => !others.includes(name) && !known.includes(name)),
    [],
  )
})

test('the same filter ends: counted first, then asked, and nothing else ends', async () => {
  await using server = await startRunning()
  const names = await populate(server)
  const line = 'sessions end --filter type=mobile,address=198.51.100.0/24'

  const dry = await server.rollcall(`${line} --dry-run`)
  assert.deepEqual([dry.exitCode, dry.out], [0, 'Would end 1 session. Nothing was ended.\n'])
  const unasked = await server.rollcall(line)
  assert.equal(unasked.exitCode, 2)
  assert.match(unasked.err, /nobody is here to ask\. Add --yes/)
  const refused = await server.rollcall(line, { says: false })
  assert.deepEqual([refused.exitCode, refused.err], [1, 'Nothing was ended.\n'])
  assert.deepEqual(refused.asked, [
    'This ends 1 session of type mobile, address 198.51.100.0/24, and all that live under them. Go on?',
  ])
  assert.equal((await server.rollcall('sessions count')).out, '4 sessions\n')

  assert.equal((await server.rollcall(line, { says: true })).out, 'Ended 1 session.\n')
  const { items } = (await server.json('sessions list --status ended')) as { items?: readonly WireSession[] }
  assert.deepEqual(
    (items ?? []).map(({ id }) => names.get(id)),
    ['phone'],
  )
  assert.equal((await server.rollcall(`${line} --yes`)).out, 'Nothing to end: no live session is meant.\n')
})

test('a login found by a filter takes with it what lives under it', async () => {
  await using server = await startRunning()
  await populate(server)
  const ended = await server.rollcall('sessions end --label desk --yes')
  assert.equal(ended.out, 'Ended 1 session, and 1 under them.\n')
})

test('sessions are sorted by when they were begun or used', async () => {
  const store = `sqlite:${temporaryFolder()}/rollcall.db`
  const before = await startRunning(store)
  const first = await before.ask('POST', '/v1/sessions', { user: { id: 'ada' } })
  await before.ask('POST', '/v1/sessions', { user: { id: 'bob' } })
  await before.ask('POST', '/v1/verify', { token: first.token ?? '' })
  await before[Symbol.asyncDispose]()

  await using server = await startRunning(store)
  const users = async (flags: string) => {
    const { items } = (await server.json(`sessions ${flags}`)) as { items?: readonly WireSession[] }
    return (items ?? []).map(({ userId }) => userId)
  }
  assert.deepEqual(await users('--sort issued'), ['bob', 'ada'])
  assert.deepEqual(await users('--sort active'), ['ada', 'bob'])
})

test('what the server does not understand is said in its words', async () => {
  await using server = await startRunning()
  const odd = await server.rollcall('sessions --address 203.0.113.0/99')
  assert.equal(odd.exitCode, 1)
  assert.match(odd.err, /^rollcall: An address to look for is like .*\(400 bad-request\)/)
})

/** Issues them all, and a connection under the desk; answers names by ids. */
async function populate(server: Running): Promise<ReadonlyMap<string, Name>> {
  const names = new Map<string, Name>()
  for (const [name, body] of Object.entries(POPULATION)) {
    const { session } = await server.ask('POST', '/v1/sessions', body)
    names.set(session?.id ?? '', name as Name)
  }
  const { session } = await server.ask('POST', '/v1/sessions', {
    kind: 'connection',
    parentId: idOf(names, 'desk'),
    resource: 'default/chat/room',
  })
  return names.set(session?.id ?? '', 'room')
}

function idOf(names: ReadonlyMap<string, Name>, wanted: Name): string {
  return [...names].find(([, name]) => name === wanted)?.[0] ?? ''
}
