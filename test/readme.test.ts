import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { freePort, KEY, startServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

test('the ten minutes of the README do what it says', async () => {
  const server = await startServerProcess({
    store: `sqlite:${temporaryFolder()}/readme.db`,
    port: await freePort(),
  })
  const env = { ...process.env, URL: server.url, ROLLCALL_URL: server.url, ROLLCALL_KEY: KEY }
  const { stdout } = await run('sh', ['-euc', blocks('curl').join('echo\n')], { env })
  const said = [
    '"displayName":"Ada"',
    '"current":true',
    '"ended":1',
    '"reason":"revoked"',
    '"banned":true',
    '"reason":"banned"',
  ]
  const places = said.map((words) => stdout.indexOf(words))
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? -1)),
    stdout,
  )

  const { stdout: tables } = await run('sh', ['-euc', blocks('cli').join('')], { env, cwd: ROOT })
  assert.match(tables, /laptop/)
  assert.match(tables, /rck_/)
  await server.kill('SIGTERM')
})

test('the library example of the README runs', async () => {
  const folder = temporaryFolder()
  const source = blocks('library')
    .join('')
    .replace("'rollcall'", `'${pathToFileURL(join(ROOT, 'src/index.ts'))}'`)
    .replace("'rollcall/sqlite'", `'${pathToFileURL(join(ROOT, 'src/sqlite.ts'))}'`)
  writeFileSync(join(folder, 'example.mts'), source)
  const { stdout } = await run(process.execPath, ['example.mts'], { cwd: folder })
  assert.equal(stdout, 'this is u1\n')
})

/** The code blocks of the README that are marked with this word. */
function blocks(word: string): string[] {
  const marked = new RegExp(`<!-- test: ${word} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``, 'g')
  const found = [...readme.matchAll(marked)].map(([, code = '']) => code)
  assert.ok(found.length > 0)
  return found
}
