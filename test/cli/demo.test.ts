import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { BlockList, isIPv4 } from 'node:net'
import { test } from 'node:test'
import { takeDemo } from '../../src/cli/demo/beside.ts'
import { personOf } from '../../src/cli/demo/people.ts'
import type { WirePage, WireSession } from '../../src/protocol/shapes.ts'
import { call, freePort, KEY as PROCESS_KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { type Running, startRunning } from './running.ts'

test('the demo brings in people who differ in what they do, with what and from where', async () => {
  await using server = await startRunning()
  const filled = await server.rollcall('demo --size 80 --rate 0 --seed spring')
  assert.equal(filled.exitCode, 0)
  assert.match(filled.out, /^80 users came in, with \d+ sessions\.\n$/)
  const sessions = await sessionsOf(server)
  assert.ok(sessions.length > 120, `${sessions.length} sessions`)

  const some = (fits: (session: WireSession) => unknown) => sessions.some((each) => fits(each))
  for (const kind of ['login', 'connection', 'playback'])
    assert.ok(
      some((each) => each.kind === kind),
      kind,
    )
  for (const type of ['desktop', 'mobile', 'tablet', 'tv'])
    assert.ok(
      some(({ device }) => device.type === type),
      type,
    )
  for (const level of [1, 2, 3]) assert.ok(some(({ authentication }) => authentication?.level === level))
  assert.ok(some(({ kind, userId }) => kind === 'playback' && userId === undefined))
  assert.ok(some(({ kind, parentId }) => kind === 'connection' && parentId !== undefined))
  assert.ok(some(({ device }) => device.label !== undefined))
  assert.ok(some(({ resource }) => resource?.startsWith('default/app/stream')))
  assert.ok(new Set(sessions.map(({ device }) => device.browser)).size > 10)
  for (const { device } of sessions) assert.ok(isDocumentation(device.ip ?? ''), device.ip)
})

test('the same seed brings in the same people with the same devices; another seed does not', async () => {
  const [one, same, other] = await Promise.all(['spring', 'spring', 'autumn'].map(fingerprintOf))
  assert.deepEqual(one, same)
  assert.notDeepEqual(one, other)
})

test('no two people are the same, however many there are', () => {
  const ids = Array.from({ length: 7_000 }, (_, number) => personOf('spring', number).id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[a-z]+\.[a-z]+\d?$/)
})

test('whoever is there already is not brought in again', async () => {
  await using server = await startRunning()
  await server.rollcall('demo --size 10 --rate 0')
  const before = (await sessionsOf(server)).length
  await server.rollcall('demo --size 10 --rate 0')
  assert.equal((await sessionsOf(server)).length, before)
  await server.rollcall('demo --size 12 --rate 0')
  assert.ok((await sessionsOf(server)).length > before)
})

test('people go on living, each in their own ways, until Ctrl-C; then it is told what happened', async () => {
  await using server = await startRunning()
  const going = server.begin('demo --size 30 --rate 1000')
  await until('many kinds of things have happened', async () => {
    const reasons = new Set((await sessionsOf(server, '--status any')).map(({ ending }) => ending?.reason))
    return ['logout', 'revoked', 'closed'].every((reason) => reasons.has(reason as 'logout'))
  })
  const { exitCode, out, err } = await going.interrupt()
  assert.equal(exitCode, 0)
  assert.match(err, /^Users 3 of 30, \d+ sessions\n/)
  assert.match(err, /\n30 users are in\. Life goes on; Ctrl-C ends it\.\n$/)
  for (const deed of ['used', 'signed in', 'signed out', 'disconnected'])
    assert.match(out, new RegExp(`^  ${deed}: \\d+$`, 'm'))
})

test('people come back after everything was ended', async () => {
  await using server = await startRunning()
  const going = server.begin('demo --size 20 --rate 1000')
  await until('life goes on', () => going.err().includes('Life goes on'))
  await server.rollcall('sessions end --everyone --yes')
  await until('people are back', async () => (await sessionsOf(server)).length > 20)
  assert.equal((await going.interrupt()).exitCode, 0)
})

test('the demo waits for a server that goes away, and says so', async () => {
  const server = await startRunning()
  const going = server.begin('demo --size 5 --rate 1000')
  await until('life goes on', () => going.err().includes('Life goes on'))
  await server[Symbol.asyncDispose]()
  await until('it is noticed', () => going.err().includes('The server is out of reach. Trying again'))
  assert.equal((await going.interrupt()).exitCode, 0)
})

test('a bar moves on a terminal, and Ctrl-C stops the filling too', async () => {
  await using server = await startRunning()
  const going = server.begin('demo --size 5000', { isTTY: true })
  await until('the bar moves', () => going.progress.length > 20)
  const { exitCode, err } = await going.interrupt()
  assert.deepEqual([exitCode, err], [0, ''])
  assert.match(going.progress[0] ?? '', /^░{24} Users 1 of 5,000, \d+ sessions?$/)
  assert.ok((await sessionsOf(server)).length < 5_000)
})

test('without a server, or with a key that may not, the demo says so', async () => {
  await using server = await startRunning()
  const made = await server.json('keys create --name reader --scope sessions:read')
  const env = { ROLLCALL_KEY: String(made.secret) }
  const refused = await server.rollcall('demo', { env })
  assert.equal(refused.exitCode, 4)
  assert.match(refused.err, /lacks the scope "sessions:issue"/)
  assert.equal((await server.rollcall('demo', { env: { ROLLCALL_URL: 'http://127.0.0.1:9' } })).exitCode, 3)
  for (const line of ['--size 0', '--size 1.5', '--size many', '--rate -1', '--rate=1e9'])
    assert.equal((await server.rollcall(`demo ${line}`)).exitCode, 2, line)
})

test('--demo behind serve means memory, unless a store is named right there', () => {
  const memory = ['--store', 'memory:']
  const taken = (line: string) => takeDemo(line.split(' '))
  assert.deepEqual(taken('--port 1'), { argv: ['--port', '1'] })
  assert.deepEqual(taken('--demo'), { argv: memory, users: 100 })
  assert.deepEqual(taken('--demo --demo-size 7 --port 1'), { argv: ['--port', '1', ...memory], users: 7 })
  assert.deepEqual(taken('--demo-size=7 --store=sqlite:x'), { argv: ['--store=sqlite:x'], users: 7 })
  assert.deepEqual(taken('--demo --host ::1'), { argv: ['--host', '::1', ...memory], users: 100 })
  for (const line of ['--demo-size 0', '--demo-size many', '--demo-size', '--demo-size='])
    assert.throws(() => taken(line), /--demo-size takes a whole number/, line)
  for (const line of ['--demo 7', '--demo=7']) assert.throws(() => taken(line), /--demo-size N/, line)
})

test('nobody is invented among users of somebody else, unless that is wanted', async () => {
  await using server = await startRunning()
  await server.rollcall('sessions issue --user ada')
  const unasked = await server.rollcall('demo --size 5 --rate 0')
  assert.equal(unasked.exitCode, 2)
  assert.match(unasked.err, /1 user of somebody else lives there already\. Add --yes .*--realm demo/)
  const refused = await server.rollcall('demo --size 5 --rate 0', { says: false })
  assert.deepEqual([refused.exitCode, refused.err], [1, 'Nobody was brought in.\n'])
  assert.match((await server.rollcall('users')).out, /^ID +ROLE\nada +member\n$/)

  assert.equal((await server.rollcall('demo --size 5 --rate 0 --realm demo')).exitCode, 0)
  assert.equal((await server.rollcall('demo --size 5 --rate 0 --yes')).exitCode, 0)
  assert.equal((await server.rollcall('demo --size 3 --rate 0', { says: true })).asked.length, 1)
})

test('serve --demo prints a key that works and what to try, and fills nothing but memory', async () => {
  const folder = temporaryFolder()
  const server = await startServerProcess({
    store: 'memory:',
    port: await freePort(),
    flags: ['--demo', '--demo-size', '12'],
    env: { ROLLCALL_KEY: '', ROLLCALL_STORE: `sqlite:${folder}/real.db`, npm_lifecycle_event: '' },
  })
  await until('people are in', () => server.output().includes('12 users are in'))
  const [key = ''] = /rck_\w+/.exec(server.output()) ?? []
  for (const line of ['watch', "sessions --filter '", "sessions end --filter 'type=tv' --dry-run"])
    assert.ok(server.output().includes(`rollcall ${line}`), line)
  assert.ok(server.output().includes(`export ROLLCALL_URL=${server.url}\n`))
  assert.equal((await call(server.url, 'GET', '/v1/users', key)).json.items?.length, 12)
  await server.kill('SIGTERM')
  assert.equal(server.process.exitCode, 0)
  assert.ok(!existsSync(`${folder}/real.db`))
})

test('a second demo on the same file has a key of its own, and does not repeat one that was given', async () => {
  const store = `sqlite:${temporaryFolder()}/demo.db`
  const start = async (env: Readonly<Record<string, string>>) =>
    startServerProcess({ store, port: await freePort(), flags: ['--demo-size', '3'], env })
  const first = await start({})
  assert.ok(!first.output().includes(PROCESS_KEY))
  await until('people are in', () => first.output().includes('3 users are in'))
  await first.kill('SIGTERM')

  const second = await start({ ROLLCALL_KEY: '' })
  await until('people are in', () => second.output().includes('3 users are in'))
  const [key = ''] = /rck_\w+/.exec(second.output()) ?? []
  assert.equal((await call(second.url, 'GET', '/v1/sessions', key)).status, 200)
  await second.kill('SIGTERM')
})

async function sessionsOf(server: Running, flags = '--status live'): Promise<readonly WireSession[]> {
  const page = (await server.json(`sessions list --all ${flags}`)) as unknown as WirePage<WireSession>
  return page.items
}

/** What a seed makes, without what the server adds. */
async function fingerprintOf(seed: string): Promise<readonly string[]> {
  await using server = await startRunning()
  await server.rollcall(`demo --size 25 --rate 0 --seed ${seed}`)
  return (await sessionsOf(server))
    .map(({ kind, userId, resource, name, device, authentication, data }) =>
      JSON.stringify({
        kind,
        userId,
        resource,
        name: UUID.test(name ?? '') ? '' : name,
        device,
        authentication,
        data,
      }),
    )
    .sort()
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function isDocumentation(ip: string): boolean {
  return DOCUMENTATION.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6')
}

const DOCUMENTATION = new BlockList()
for (const network of ['203.0.113.0', '198.51.100.0', '192.0.2.0'])
  DOCUMENTATION.addSubnet(network, 24, 'ipv4')
DOCUMENTATION.addSubnet('2001:db8::', 32, 'ipv6')
