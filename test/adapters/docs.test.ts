import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { browserAt } from '../support/browser.ts'
import { freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '../..')
const FROM_SOURCE = pathToFileURL(join(ROOT, 'test/support/from-source.ts')).href

test('the program of docs/client.md does what it says', async () => {
  const server = await startServerProcess({ store: 'memory:', port: await freePort() })
  try {
    const program = run(blocks('client.md', 'client'), { ROLLCALL_URL: server.url, ROLLCALL_KEY: KEY })
    assert.equal(await program.gone, 0, program.output())
    assert.equal(
      program.output().replace(/at \d+$/m, 'at …'),
      'ada is on laptop\nlaptop\n1 null\n0 of 0 ended, at …\nover: revoked\nrevoked true\n',
    )
  } finally {
    await server.kill()
  }
})

for (const framework of ['express', 'fastify', 'hono'])
  test(`the ${framework} program of docs/adapters.md does what it says`, async () => {
    const server = await startServerProcess({ store: 'memory:', port: await freePort() })
    const port = await freePort()
    const source = blocks('adapters.md', framework)
      .replace('3000', String(port))
      .replace('./sessions.db', `${temporaryFolder()}/sessions.db`)
    const program = run(source, { ROLLCALL_URL: server.url, ROLLCALL_KEY: KEY })
    try {
      const browser = browserAt(`http://localhost:${port}`)
      const status = async (method: string, path: string): Promise<number> =>
        (await browser.ask(method, path)).status
      await until(`${framework} listens`, async () => {
        assert.equal(program.process.exitCode, null, program.output())
        return (await status('GET', '/me').catch(() => 0)) === 401
      })
      assert.equal(await status('POST', '/sign-in'), 204)
      assert.deepEqual((await browser.ask('GET', '/me')).json, { id: 'ada', role: 'member' })
      assert.equal(await status('POST', '/payments'), 401)
      assert.equal(await status('POST', '/sign-out'), 204)
      assert.equal(await status('GET', '/me'), 401)
    } finally {
      program.process.kill()
      await program.gone
      await server.kill()
    }
  })

interface Program {
  readonly process: ReturnType<typeof spawn>
  readonly gone: Promise<number | null>
  output(): string
}

function run(source: string, env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, ['--import', FROM_SOURCE, '--input-type=module-typescript', '-'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  child.stdin.end(source)
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { process: child, gone, output: () => output }
}

/** The code blocks of a page that are marked with this word, as one program. */
function blocks(page: string, word: string): string {
  const marked = new RegExp(`<!-- test: ${word} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``, 'g')
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  return [...text.matchAll(marked)].map(([, code = '']) => code).join('\n')
}
