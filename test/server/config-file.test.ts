import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { withConfigFile } from '../../src/server/config-file.ts'
import { readSettings } from '../../src/server/settings.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()

function write(text: string): string {
  const path = join(folder, 'rollcall.json')
  writeFileSync(path, text)
  return path
}

test('the file is named by --config, or else by ROLLCALL_CONFIG', () => {
  const path = write('{"port": 4999}')
  for (const sources of [
    { argv: ['--config', path], env: { ROLLCALL_CONFIG: '/nowhere.json' } },
    { argv: [`--config=${path}`], env: {} },
    { argv: [], env: { ROLLCALL_CONFIG: path } },
  ])
    assert.equal(readSettings(withConfigFile(sources)).port, 4999)
  assert.equal(readSettings(withConfigFile({ argv: [], env: { ROLLCALL_CONFIG: '' } })).port, 4780)
})

test('a file that cannot be used is refused with the place, and with none of its words', () => {
  for (const [text, sign] of [
    ['{"key": secret-words}', /it is no JSON/],
    ['{"key": "secret-words",}', /it is no JSON/],
    ['["secret-words"]', /one JSON object/],
    ['"secret-words"', /one JSON object/],
    ['null', /one JSON object/],
    ['', /it is no JSON/],
  ] as const) {
    const path = write(text)
    assert.throws(
      () => withConfigFile({ argv: ['--config', path], env: {} }),
      (fault) => {
        assert.ok(isRollcallError(fault, 'bad-request'))
        assert.ok(fault.message.includes(path))
        assert.match(fault.message, sign)
        assert.ok(!fault.message.includes('secret-words'))
        return true
      },
    )
  }
})

test('a file that is not there is named', () => {
  assert.throws(
    () => withConfigFile({ argv: ['--config', join(folder, 'missing.json')], env: {} }),
    /missing\.json cannot be read: .*no such file/,
  )
})
