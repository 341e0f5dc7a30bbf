import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { EXIT } from '../../src/cli/exit.ts'
import { begin } from './recorder.ts'
import { startRunning } from './running.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/command-line.md'), 'utf8')

test('the page has every command, in order, with its summary', () => {
  const rows = [...PAGE.matchAll(/^\| `rollcall (.+)` \| (.+) \|$/gm)].map(([, ...cells]) => cells)
  assert.deepEqual(
    rows,
    COMMANDS.map(({ words, summary }) => [words, summary]),
  )
})

test('the page has every exit code', () => {
  const codes = [...PAGE.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code))
  assert.deepEqual(codes, Object.values(EXIT))
})

test('every example of the page does something', async () => {
  await using server = await startRunning()
  await server.rollcall('demo --size 40 --rate 0')
  const blocks = [...PAGE.matchAll(/<!-- test: command-line -->\n```sh\n(.*?)```/gs)]
  const lines = blocks.flatMap(([, block = '']) => block.trim().split('\n'))
  assert.ok(lines.length > 10)
  const env = { ROLLCALL_URL: server.url, ROLLCALL_KEY: server.key, ROLLCALL_STORE: 'memory:' }
  for (const line of lines) {
    const { exitCode, err, out } = await begin(wordsOf(line), { env }).ended
    assert.equal(exitCode, 0, `${line}\n${err}`)
    assert.notEqual(out, '', line)
  }
})

test('every example that is only shown names flags that there are', () => {
  const blocks = [...PAGE.matchAll(/<!-- show -->\n```sh\n(.*?)```/gs)]
  const lines = blocks.flatMap(([, block = '']) => block.match(/^rollcall .*?(?= {2,}#)/gm) ?? [])
  assert.equal(lines.length, 4)
  for (const line of lines) {
    const command = COMMANDS.find(({ words }) => line.startsWith(`rollcall ${words}`))
    for (const [, flag = ''] of line.matchAll(/--([a-z-]+)/g))
      assert.ok(command?.flags[flag], `${flag} of ${line}`)
  }
})

/** Splits a line as a shell does, as far as the page needs it. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/'[^']*'|\S+/g) ?? []
  return words.slice(1).map((word) => word.replaceAll("'", ''))
}
