import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { settle } from '../../src/engine/settled.ts'
import { policyOf } from '../../src/server/policy.ts'
import { SETTINGS } from '../../src/server/setting-table.ts'
import { readSettings } from '../../src/server/settings.ts'
import { DAY, READ, REFUSED } from './setting-examples.ts'

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

test('every setting is read from a flag, a variable and the file alike', () => {
  for (const [flag, text, field, value] of READ) {
    const variable = `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`
    for (const settings of [
      readSettings({ argv: [`--${flag}`, text], env: {} }),
      readSettings({
        argv: [`--${flag}=${text}`],
        env: { [variable]: 'nonsense' },
        file: { [flag]: 'nonsense' },
      }),
      readSettings({ argv: [], env: { [variable]: text }, file: { [flag]: 'nonsense' } }),
      readSettings({ argv: [], env: { [variable]: '' }, file: { [flag]: text } }),
    ])
      assert.deepEqual(settings[field], value, `${flag} ${text}`)
  }
  const read = new Set(READ.map(([flag]) => flag))
  assert.deepEqual(
    SETTINGS.map(({ flag }) => flag).filter((flag) => !read.has(flag)),
    [],
  )
})

test('the file may hold numbers, lists and objects where a flag has commas', () => {
  const file = {
    port: 4781,
    'refresh-grace': 0,
    'allow-origin': ['https://a.example', 'https://b.example'],
    'sessions-per-user': { login: 5, playback: 2 },
  }
  const settings = readSettings({ argv: [], env: {}, file })
  assert.deepEqual(
    [settings.port, settings.refreshGrace, settings.allowOrigins, settings.sessionsPerUser],
    [4781, 0, ['https://a.example', 'https://b.example'], { login: 5, playback: 2 }],
  )
})

test('a value that cannot be meant is refused by what it was called, with what would do', () => {
  for (const [flag, text, sign] of REFUSED) {
    const variable = `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`
    for (const [sources, called] of [
      [{ argv: [`--${flag}=${text}`], env: {} }, `--${flag} is`],
      [{ argv: [], env: { [variable]: text } }, `${variable} is`],
      [{ argv: [], env: {}, file: { [flag]: text } }, `"${flag}" in the configuration file is`],
    ] as const) {
      assert.throws(
        () => readSettings(sources),
        (fault) => {
          assert.ok(isRollcallError(fault, 'bad-request'), text)
          assert.ok(fault.message.startsWith(called), fault.message)
          assert.match(fault.message, sign)
          assert.equal(fault.message.includes(text), !flag.endsWith('key'), 'only a secret is kept back')
          return true
        },
      )
    }
  }
})

test('the engine goes by what was set', () => {
  const argv = [
    ['lifetime', '12h'],
    ['idle', '1h'],
    ['max-staleness', '2s'],
    ['refresh-grace', '30s'],
    ['sessions-per-user', 'login=5,playback=2'],
    ['at-limit', 'evict-idlest'],
    ['journal-age', '30d'],
    ['journal-entries', '5000'],
  ].flatMap(([flag, value = '']) => [`--${flag}`, value])
  assert.deepEqual(settle(policyOf(readSettings({ argv, env: {} }))), {
    ...settle(),
    lifetime: DAY / 2,
    idle: 3_600_000,
    maxStaleness: 2_000,
    refreshGrace: 30_000,
    sessionsPerUser: { login: 5, playback: 2 },
    atLimit: 'evict-idlest',
    journal: { age: 30 * DAY, entries: 5_000 },
  })
})

test('the defaults of the server are those of the library', () => {
  assert.deepEqual(settle(policyOf(readSettings({ argv: [], env: {} }))), settle())
})

test('docs/settings.md has every setting, its variable and its default, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `--([a-z-]+)` \| `(\w+)` \| (.+?) \| .+ \|$/gm)]
  assert.deepEqual(
    rows.map(([, flag, variable, fallback]) => [flag, variable, fallback]),
    SETTINGS.map(({ flag, variable, fallback }) => [
      flag,
      variable,
      fallback === undefined || fallback === '' ? 'none' : `\`${fallback}\``,
    ]),
  )
})
