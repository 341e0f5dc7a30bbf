import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WireEvent } from '../../src/protocol/shapes.ts'
import { call, freePort, KEY as PROCESS_KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { begin, type Going } from './recorder.ts'
import { type Running, startRunning } from './running.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

test('what happens is told a line each: when, what, whose, on what, why and by whom, where and from where', async () => {
  await using server = await startRunning()
  await using going = await watching(server)
  await server.rollcall('sessions issue --user ada --label laptop')
  await server.rollcall('users ban ada --reason stolen')
  await until('the end is told', () => /session\.ended +ada/.test(going.out()))
  const { token = '' } = await server.ask('POST', '/v1/sessions', {
    user: { id: 'bob' },
    device: { ip: '203.0.113.7', label: 'a phone with a name that is much too long' },
  })
  await call(server.url, 'DELETE', '/v1/me/sessions/current', token)
  await until('the logout is told', () => going.out().includes('logout'))
  const { exitCode, out } = await going.interrupt()
  assert.equal(exitCode, 0)
  const [created = '', ...rest] = out.trimEnd().split('\n')
  assert.match(created, /^\d\d:\d\d:\d\d {2}session\.created +ada +laptop$/)
  assert.ok(rest.some((line) => /user\.updated +ada +banned: stolen +by key key_/.test(line)))
  assert.ok(rest.some((line) => /session\.ended +ada +laptop +banned by key key_/.test(line)))
  assert.match(rest.at(-1) ?? '', /bob +a phone with a name tha… {2}logout {2}203\.0\.113\.7$/)
})

test('Ctrl-C says where to go on, and going on from there leaves nothing out', async () => {
  await using server = await startRunning()
  await using first = await watching(server)
  const quiet = await first.interrupt()
  assert.deepEqual([quiet.exitCode, quiet.out], [0, ''])
  const [after = ''] = quiet.err.match(/(?<=\nStopped\. To go on from here: --after )\S+/) ?? []

  await server.rollcall('sessions issue --user ada')
  await using second = server.begin(`watch --after ${after} --json`)
  await until('it is caught up', () => eventsOf(second).length === 1)
  await server.rollcall('sessions issue --user bob')
  await until('it goes on', () => eventsOf(second).length === 2)
  const { err } = await second.interrupt()
  assert.deepEqual(
    eventsOf(second).map(({ type, session }) => [type, session?.userId]),
    [
      ['session.created', 'ada'],
      ['session.created', 'bob'],
    ],
  )
  assert.ok(err.endsWith(`Stopped. To go on from here: --after ${eventsOf(second).at(-1)?.sequence}\n`))
})

test('only what is asked for is told', async () => {
  await using server = await startRunning()
  await using type = await watching(server, '--json --type session.ended,user.updated')
  await using user = await watching(server, '--json --user ada')
  await using resource = await watching(server, '--json --resource default/app/*')
  await using realm = await watching(server, '--json --realm shop')
  const { session } = await server.ask('POST', '/v1/sessions', { user: { id: 'ada' } })
  await server.rollcall('sessions issue --user bob')
  await server.rollcall('sessions issue --kind playback --resource default/app/stream')
  await server.rollcall('sessions issue --kind playback --resource default/other')
  await server.rollcall(`sessions end ${session?.id}`)
  await server.rollcall('sessions issue --user cyn --realm shop')
  await server.rollcall('users update bob --role staff')
  const told = (going: Going) =>
    eventsOf(going).map(({ type, session, user }) =>
      [type, session?.userId ?? session?.resource ?? user?.id].join(' '),
    )
  await until('all has come through', () => eventsOf(type).length === 2 && eventsOf(realm).length === 1)
  assert.deepEqual(told(type), ['session.ended ada', 'user.updated bob'])
  assert.deepEqual(told(user), ['session.created ada', 'session.ended ada'])
  assert.deepEqual(told(resource), ['session.created default/app/stream'])
  assert.deepEqual(told(realm), ['session.created cyn'])
})

test('a server that goes away and comes back is waited for, and nothing is told twice or left out', async () => {
  const store = `sqlite:${temporaryFolder()}/rollcall.db`
  const port = await freePort()
  const first = await startServerProcess({ store, port })
  const env = { ROLLCALL_URL: first.url, ROLLCALL_KEY: PROCESS_KEY }
  const run = (line: string) => begin(line.split(' '), { env })
  await using going = run('watch --json')
  await until('it is connected', () => going.err().includes('Watching'))
  await run('sessions issue --user before').ended
  await until('it is told', () => eventsOf(going).length === 1)

  await first.kill('SIGKILL')
  await until('the loss is said', () => going.err().includes('The connection is lost.'))
  const second = await startServerProcess({ store, port })
  try {
    await run('sessions issue --user between').ended
    await until('it is back', () => going.err().includes('Connected again.'), 20_000)
    await run('sessions issue --user after').ended
    await until('the last is told', () => eventsOf(going).some(({ session }) => session?.userId === 'after'))
    await going.interrupt()
    const created = eventsOf(going).filter(({ type }) => type === 'session.created')
    assert.deepEqual(
      created.map(({ session }) => session?.userId),
      ['before', 'between', 'after'],
    )
    const told = going.err().split('\n')
    assert.equal(told.filter((line) => line.startsWith('The connection is lost.')).length, 1)
  } finally {
    await second.kill('SIGTERM')
  }
})

test('the program ends at Ctrl-C with 0, and writes nothing but events to its output', async () => {
  await using server = await startRunning()
  const env = { ...process.env, ROLLCALL_URL: server.url, ROLLCALL_KEY: server.key }
  const child = spawn(process.execPath, [MAIN, 'watch', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await until('it is connected', () => err.includes('Watching'), 20_000)
  await server.rollcall('sessions issue --user ada')
  await until('an event is written', () => out.endsWith('\n'))
  child.kill('SIGINT')
  assert.equal(await ended, 0)
  assert.equal((JSON.parse(out) as WireEvent).type, 'session.created')
  assert.match(err, /^Watching http:\S+\. Ctrl-C ends it\.\nStopped\. To go on from here: --after \d+\n$/)
})

test('what cannot be watched exits with what is wrong', async () => {
  await using server = await startRunning()
  const nowhere = await server.rollcall('watch', { env: { ROLLCALL_URL: 'http://127.0.0.1:9' } })
  assert.deepEqual([nowhere.exitCode, nowhere.out], [3, ''])
  assert.match(nowhere.err, /There is no answer from http:\/\/127\.0\.0\.1:9 \(/)

  const { secret } = await server.json('keys create --name reader --scope sessions:read')
  const refused = await server.rollcall('watch', { env: { ROLLCALL_KEY: String(secret) } })
  assert.equal(refused.exitCode, 4)
  assert.match(refused.err, /lacks the scope "events:read"/)

  const future = await server.rollcall('watch --after 99999999')
  assert.equal(future.exitCode, 1)
  assert.match(future.err, /position-forgotten|bad-request/)
  assert.equal((await server.rollcall('watch --type session.endde')).exitCode, 2)
})

test('a user agent in an event cannot command the terminal', async () => {
  await using server = await startRunning()
  await using going = await watching(server)
  await server.ask('POST', '/v1/sessions', {
    user: { id: 'ada' },
    device: { userAgent: 'x\u001b[2Jy', label: '\u202elabel' },
  })
  await until('it is told', () => going.out().includes('session.created'))
  await going.interrupt()
  for (const character of ['\u001b', '\u202e']) assert.ok(!going.out().includes(character))
})

/** Begins to watch, and waits until it does. */
async function watching(server: Running, flags = ''): Promise<Going> {
  const going = server.begin(`watch ${flags}`.trim())
  await until('it is connected', () => going.err().includes('Watching'))
  return going
}

function eventsOf(going: Going): readonly WireEvent[] {
  return going
    .out()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WireEvent)
}
