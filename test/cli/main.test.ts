import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { rollcall } from './recorder.ts'

const KEY = 'rck_of_the_operator_0123456789'
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
  const flags = ['--store', 'memory:', '--port', '0', '--key', KEY]
  const server = spawn(process.execPath, [MAIN, 'serve', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(server, 'exit')
  let said = ''
  for await (const chunk of server.stderr) {
    said += String(chunk)
    const [, url] = /listens on (http:\S+)/.exec(said) ?? []
    if (url === undefined) continue
    const line = ['sessions', 'issue', '--user', 'ada', '--url', url]
    assert.equal((await rollcall(line, { env: { ROLLCALL_KEY: KEY } })).exitCode, 0)
    break
  }
  server.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  assert.ok(!said.includes(KEY))
})

test('serve refuses a setting that makes no sense, and exits with 2', async () => {
  const { exitCode, err } = await rollcall(['serve', '--port', 'many'])
  assert.equal(exitCode, 2)
  assert.match(err, /--port is "many": give a whole number/)
})

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
