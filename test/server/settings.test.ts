import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { readSettings } from '../../src/server/settings.ts'

test('flags are stronger than the environment, and that than the file, and that than defaults', () => {
  const file = { port: 1, host: 'file', 'log-level': 'warn' }
  const env = { ROLLCALL_PORT: '2', ROLLCALL_HOST: 'environment' }
  const { port, host, logLevel, lifetime } = readSettings({ argv: ['--port=3'], env, file })
  assert.deepEqual([port, host, logLevel, lifetime], [3, 'environment', 'warn', 30 * 86_400_000])
})

test('every default can be read', () => {
  const settings = readSettings({ argv: [], env: {} })
  assert.deepEqual(settings.store, { kind: 'sqlite', path: './data/rollcall.db' })
  assert.deepEqual(
    [settings.port, settings.maxStaleness, settings.key, settings.sessionsPerUser],
    [4780, 1_000, undefined, undefined],
  )
})

test('every mistake is named at once, with its fix, and no key is repeated', () => {
  const argv = [
    '--prot',
    '1',
    '--port',
    '70000',
    '--store',
    'oracle:x',
    '--idle',
    'soon',
    '--at-limit',
    'panic',
    '--key',
    'short',
    'extra',
  ]
  assert.throws(
    () =>
      readSettings({
        argv,
        env: { ROLLCALL_ALLOW_ORIGIN: 'https://a.example/path' },
        file: { colour: 'red' },
      }),
    (fault) => {
      assert.ok(isRollcallError(fault, 'bad-request'))
      const lines = fault.message.split('\n')
      assert.equal(lines.length, 9)
      for (const sign of [
        '--prot',
        '65535',
        'sqlite:PATH',
        '15m',
        'evict-oldest',
        '16 to 512',
        'A word behind --key and its value',
        'without a path',
        '"colour"',
      ]) {
        assert.ok(
          lines.some((line) => line.includes(sign)),
          sign,
        )
      }
      for (const secret of ['short', 'extra']) assert.ok(!fault.message.includes(secret))
      return true
    },
  )
})
