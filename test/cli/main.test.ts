import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { rollcall } from './recorder.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** Makes a process believe that its Node is an old one. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.0' } })`,
)}`

test('the program runs as a process of its own', async () => {
  const { exitCode, stdout } = await execute(['--no-warnings', MAIN, 'sessions', '--help'])
  assert.equal(exitCode, 0)
  assert.match(stdout, /rollcall sessions list/)
})

test('an exit code reaches the shell', async () => {
  assert.equal((await execute([MAIN, 'sessions', 'lisst'])).exitCode, 2)
})

test('too old a Node is told what to do before anything newer is loaded', async () => {
  const { exitCode, stderr } = await execute(['--import', OLD_NODE, MAIN, 'serve'])
  assert.equal(exitCode, 1)
  assert.match(stderr, /^Rollcall needs Node 24 or newer, and this is 20\.11\.0\.\nInstall a newer one/)
})

test('serve answers until a signal ends it, and then exits with 0', async () => {
  const server = await startServerProcess({ store: 'memory:', port: await freePort() })
  try {
    const env = { ROLLCALL_URL: server.url, ROLLCALL_KEY: KEY }
    assert.equal((await rollcall(['sessions', 'issue', '--user', 'ada'], { env })).exitCode, 0)
  } finally {
    await server.kill('SIGTERM')
  }
  assert.equal(server.process.exitCode, 0)
  assert.ok(!server.output().includes(KEY))
})

test('a Ctrl-C that comes twice, as through npm, lets the server finish; another one later ends it at once', async () => {
  for (const [pause, exitCode] of [
    [0, 0],
    [3_000, 1],
  ] as const) {
    const port = await freePort()
    const server = await startServerProcess({ store: 'memory:', port })
    const unfinished = connect(port, '127.0.0.1')
    unfinished.on('error', () => {}).write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n')
    await fetch(`${server.url}/healthz`)
    server.process.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, pause))
    await server.kill('SIGINT')
    unfinished.destroy()
    assert.equal(server.process.exitCode, exitCode, `${pause} ms apart`)
    assert.equal(server.output().includes('rollcall has stopped'), exitCode === 0)
  }
})

test('serve refuses a setting that makes no sense, and exits with 2', async () => {
  const { exitCode, out, err } = await rollcall(['serve', '--port', 'many', '--prot', '1'])
  assert.equal(exitCode, 2)
  assert.match(err, /^Rollcall did not start\.\n/)
  assert.match(err, /--port is "many": give a whole number/)
  assert.match(err, /There is no flag --prot\. Did you mean --port\?/)
  assert.equal(out, '')
})

/** Starts that fail, and what is said on the error stream: what happened, and what to do. */
const FALSE_STARTS: readonly (readonly [flags: string, exitCode: number, told: RegExp])[] = [
  ['--store mysql://db/x', 2, /--store is ".*": .*postgres:/],
  ['--key short', 2, /access key cannot be used/],
  ['--config FOLDER/none.json', 2, /configuration file .* cannot be read/],
  ['--store sqlite:FOLDER', 1, /cannot be opened\. .*\. Check the path, and that this user may write there/],
  ['--store memory: --host 203.0.113.1', 1, /no address "203\.0\.113\.1"\. .*--host 127\.0\.0\.1/],
  ['--demo 50', 2, /--demo takes no number\. .*--demo-size N/],
]

for (const [flags, exitCode, told] of FALSE_STARTS) {
  test(`serve ${flags}: did not start, says why and what to do, and exits with ${exitCode}`, async () => {
    const argv = flags.replace('FOLDER', temporaryFolder()).split(' ')
    const failed = await rollcall(['serve', '--port', '0', '--log-level', 'silent', ...argv])
    assert.match(failed.err, told)
    assert.deepEqual([failed.exitCode, failed.out], [exitCode, ''])
  })
}

interface Executed {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function execute(argv: readonly string[]): Promise<Executed> {
  return new Promise((executed) => {
    const child = execFile(process.execPath, argv, (_error, stdout, stderr) =>
      executed({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}
