import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { examineClock } from '../../src/cli/doctor/clock.ts'
import { examineSpace, judgeSync } from '../../src/cli/doctor/disk.ts'
import type { Examination } from '../../src/cli/doctor/examine.ts'
import { freePort, KEY, type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Ran, rollcall } from './recorder.ts'

const SECRET = 'rck_an_operator_would_not_show_this'

test('before the first start nothing is wrong, and nothing is made', async () => {
  const folder = temporaryFolder()
  const port = await freePort()
  const { exitCode, out, err } = await doctor(`--store sqlite:${folder}/new/rollcall.db --port ${port}`)
  assert.deepEqual([exitCode, err], [0, ''])
  assert.match(out, /^ok {2}store +\S+ is not there yet\. The first start makes it\.$/m)
  assert.match(out, new RegExp(`^\\? +server +No server answers at http://127\\.0\\.0\\.1:${port}\\.$`, 'm'))
  assert.match(out, /\nNothing is wrong; \d things? to look at\.\n$/)
  assert.deepEqual(readdirSync(folder), [])
})

test('a server that runs is asked, and its file is looked at beside it; both again when it has stopped', async () => {
  const { store, path } = storeAt(temporaryFolder())
  const server = await startServerProcess({ store, port: await freePort() })
  const running = await examined(`--store ${store}`, { ROLLCALL_URL: server.url })
  const [known, unknown] = await Promise.all(
    [KEY, SECRET].map((key) => examined(`--store ${store}`, { ROLLCALL_URL: server.url, ROLLCALL_KEY: key })),
  )
  await issue(server)
  await server.kill('SIGTERM')
  const stopped = await examined(`--store ${store} --port ${new URL(server.url).port}`)

  assert.ok(running.well && stopped.well)
  assert.match(saidOf(running, 'server'), /^Rollcall \S+ answers at \S+, and reaches its store\.$/)
  assert.match(
    saidOf(running, 'store'),
    /rollcall\.db can be read: .*; a server has it open \(process \d+, since /,
  )
  assert.match(saidOf(running, 'migrations'), /^All applied: sessions, /)
  assert.match(saidOf(running, 'clock'), /the same time/)
  assert.match(saidOf(running, 'sync'), /^(A synced write takes \d+\.\d\d ms|The file is on tmpfs)/)
  assert.ok(known?.well && saidOf(known, 'server').endsWith('It knows the access key.'))
  assert.ok(unknown?.well && saidOf(unknown, 'server').endsWith('It does not know the access key.'))
  assert.match(saidOf(stopped, 'store'), /no server has it open\.$/)
  assert.match(saidOf(stopped, 'journal'), /^Positions 1 to \d+ are kept; the oldest was written /)
  assert.ok(existsSync(path))
})

test('every dialect is listed with its paths, host and realm, and what is unsafe is to look at', async () => {
  const dialects = 'all;realm=shop,crossid;prefix=/ids;host=id.example.com'
  const line = `--store memory: --port ${await freePort()} --dialects ${dialects}`
  const told = async (more = ''): Promise<readonly string[]> =>
    (await examined(line + more)).findings
      .filter(({ about }) => about === 'dialects')
      .map(({ state, says }) => `${state}: ${says}`)
  const expected = [
    'well: ome is spoken at /v1/vhosts/…, /v1/stats/…, in the realm "shop".',
    'well: weplanx is spoken at /sessions/…, /, in the realm "shop".',
    'well: crossid is spoken at /api/v1/auth/…, in the realm "shop".',
    'well: crossid is spoken at /ids/api/v1/auth/… on id.example.com, in the realm "default".',
    'well: cumulonimbus is spoken at /api/…, in the realm "shop".',
    'well: datepoll is spoken at /api/v1/user/…, /api/auth/…, in the realm "shop".',
  ]
  assert.deepEqual(await told(), expected)
  const [, unsafe = ''] = await told(' --weplanx-unsafe-any-user yes')
  assert.match(unsafe, /^doubtful: weplanx .*Every signed-in user may list and end all sessions there\.$/)
  const { out } = await doctor(`--store memory: --port ${await freePort()} --dialects none`)
  assert.match(out, /^ok {2}dialects {4}None is spoken\.$/m)
  const { out: mistaken } = await doctor(`--store memory: --port ${await freePort()} --dialects omee`)
  assert.match(mistaken, /^!! {2}settings .*Did you mean ome\?/m)
  assert.doesNotMatch(mistaken, /^ok {2}dialects/m)
})

test('examining a file leaves it to the server that starts next', async () => {
  const { store } = storeAt(temporaryFolder())
  const port = await freePort()
  await (await startServerProcess({ store, port })).kill('SIGTERM')
  assert.ok((await examined(`--store ${store} --port ${port}`)).well)
  const server = await startServerProcess({ store, port })
  await issue(server)
  await server.kill('SIGTERM')
})

test('each setting is told with where it came from, and no secret', async () => {
  const folder = temporaryFolder()
  const config = `${folder}/rollcall.json`
  writeFileSync(config, JSON.stringify({ idle: '2d', lifetime: '20d', port: 4999 }))
  const env = { ROLLCALL_KEY: SECRET, ROLLCALL_LIFETIME: '10d', ROLLCALL_CONFIG: config }
  const line = `--store sqlite:${folder}/rollcall.db --port ${await freePort()}`
  const { settings } = await examined(line, env)
  const told = Object.fromEntries(settings.map(({ name, value, origin }) => [name, [value, origin]]))
  assert.deepEqual(told.store, [`sqlite:${folder}/rollcall.db`, 'flag'])
  assert.deepEqual(told.lifetime, ['10d', 'environment'])
  assert.deepEqual(told.idle, ['2d', 'file'])
  assert.deepEqual(told['max-staleness'], ['1s', 'default'])
  assert.deepEqual(told.key, ['rck_…', 'environment'])
  const { out, err } = await doctor(line, env)
  assert.match(out, /^idle +2d +file$/m)
  assert.ok(!`${out}${err}${JSON.stringify(settings)}`.includes(SECRET.slice(4)))
})

/** Things that keep a server from starting or from doing what it promises, and what is said of each. */
const WRONGS: readonly (readonly [what: string, make: (path: string) => unknown, told: RegExp])[] = [
  [
    'a file of another program',
    (path) => sql(path, 'create table pets (name text)'),
    /!! {2}store .*database of another program/,
  ],
  ['a folder', (path) => mkdirSync(path), /!! {2}store .*is no file\./],
  [
    'a damaged file',
    (path) => writeFileSync(path, 'not a database, '.repeat(400)),
    /!! {2}store .*cannot be read/,
  ],
  [
    'a file that a newer version has written',
    async (path) => {
      await begun(path)
      sql(path, "insert into migrations (number, name) values (99, 'from-the-future')")
    },
    /!! {2}migrations .*newer Rollcall has written the file: from-the-future/,
  ],
  [
    'a clock that was set back',
    async (path) => {
      await begun(path)
      sql(path, `update journal set written_at = ${Date.now() + 7_200_000}`)
    },
    /!! {2}clock .*newest entry was written in 2 h\./,
  ],
]

for (const [what, make, told] of WRONGS) {
  test(`${what} is wrong, and exits with 1`, async () => {
    const { store, path } = storeAt(temporaryFolder())
    await make(path)
    const { exitCode, out } = await doctor(`--store ${store} --port ${await freePort()}`)
    assert.match(out, told)
    assert.match(out, /\n\d things? wrong\.\n$/)
    assert.equal(exitCode, 1)
  })
}

test('migrations that the next start applies are told beside those that are applied', async () => {
  const { store, path } = storeAt(temporaryFolder())
  await begun(path)
  sql(path, 'delete from migrations where number > 1')
  const found = await examined(`--store ${store} --port ${await freePort()}`)
  assert.ok(found.well)
  assert.match(saidOf(found, 'migrations'), /^Applied: sessions\. Pending: refresh-and-search(, .+)?\.$/)
})

test('settings that make no sense are wrong, each with its fix, and the rest is examined all the same', async () => {
  const folder = temporaryFolder()
  writeFileSync(`${folder}/rollcall.json`, '{"idel":"2d"}')
  const line = `--store sqlite:${folder}/rollcall.db --port ${await freePort()}`
  const flags = `${line} --lifetime soon --config ${folder}/rollcall.json`
  const { exitCode, out } = await doctor(flags)
  assert.equal(exitCode, 1)
  assert.match(out, /^!! {2}settings +--lifetime is "soon": .*is no span of time/m)
  assert.match(out, /^!! {2}settings +The configuration file has the unknown setting "idel"/m)
  assert.match(out, /^ok {2}store +/m)
  assert.match((await doctor(`${line} --config ${folder}/none.json`)).out, /!! {2}settings .*cannot be read/)
  assert.equal((await doctor('--lifetme 2d')).exitCode, 2)
})

test('who else listens there, and who holds the file but does not answer, are told apart', async () => {
  const { store } = storeAt(temporaryFolder())
  const stranger = createServer((_, response) => response.end('hello'))
  await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening))
  const { port } = stranger.address() as AddressInfo
  const strange = await examined(`--store ${store} --port ${port}`)
  await new Promise((closed) => stranger.close(closed))
  assert.match(saidOf(strange, 'server'), /Something else than Rollcall answers/)
  assert.ok(!strange.well)

  const server = await startServerProcess({ store, port: await freePort() })
  const elsewhere = await examined(`--store ${store} --port ${await freePort()}`)
  await server.kill('SIGTERM')
  assert.match(saidOf(elsewhere, 'server'), /A server has the store open \(process \d+.* does not answer at/)
  assert.ok(!elsewhere.well)
})

test('a file that others may read, and memory, are doubtful and no fault', async () => {
  const { store, path } = storeAt(temporaryFolder())
  await begun(path)
  chmodSync(path, 0o644)
  const open = await doctor(`--store ${store} --port ${await freePort()}`)
  assert.match(open.out, /^\? +store +Others on this machine may read or write .*\(mode 644\)/m)
  assert.equal(open.exitCode, 0)
  const memory = await doctor(`--store memory: --port ${await freePort()}`)
  assert.match(memory.out, /^\? +store +Sessions are kept in memory\.\n +They are gone at the end/m)
  assert.equal(memory.exitCode, 0)
})

test('clocks that part are noticed', async () => {
  const times = [1_000, 1_000 + 250 + 400]
  const clocks = {
    wall: () => times.shift() ?? 0,
    monotonic: (() => {
      let at = 0
      return () => (at += 250)
    })(),
  }
  assert.match((await examineClock(clocks, async () => {})).says, /went 400 ms too fast/)
  assert.equal((await examineClock()).state, 'well')
})

test('little room and odd syncs are judged', () => {
  assert.deepEqual(
    [10_000_000, 500_000_000, 50_000_000_000].map((free) => examineSpace('/data', free).state),
    ['wrong', 'doubtful', 'well'],
  )
  assert.deepEqual(
    [0.005, 2, 300].map((milliseconds) => judgeSync(milliseconds).state),
    ['doubtful', 'well', 'doubtful'],
  )
  assert.match(judgeSync(0.005, 'tmpfs').says, /in memory/)
})

function doctor(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return rollcall(['doctor', ...line.split(' ')], { env })
}

async function examined(line: string, env: Readonly<Record<string, string>> = {}): Promise<Examination> {
  return JSON.parse((await doctor(`${line} --json`, env)).out) as Examination
}

function saidOf({ findings }: Examination, subject: string): string {
  return findings
    .filter(({ about }) => about === subject)
    .map(({ says }) => says)
    .join('\n')
}

function storeAt(folder: string): { readonly store: string; readonly path: string } {
  const path = `${folder}/rollcall.db`
  return { store: `sqlite:${path}`, path }
}

/** Makes a file as a server leaves it. */
async function begun(path: string): Promise<void> {
  const server = await startServerProcess({ store: `sqlite:${path}`, port: await freePort() })
  await issue(server)
  await server.kill('SIGTERM')
}

async function issue({ url }: ServerProcess): Promise<void> {
  const env = { ROLLCALL_URL: url, ROLLCALL_KEY: KEY }
  assert.equal((await rollcall(['sessions', 'issue', '--user', 'ada'], { env })).exitCode, 0)
}

function sql(path: string, statement: string): void {
  const database = new DatabaseSync(path)
  database.exec(statement)
  database.close()
}
