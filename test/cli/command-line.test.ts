import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { rollcall } from './recorder.ts'

const KEY = 'rck_0123456789abcdefghij'

/** Lines that make no sense, and what each is told. */
const MISUSES: readonly (readonly [line: string, told: RegExp])[] = [
  ['sesions list', /no command sesions\. Did you mean sessions\?/],
  ['sessions lsit', /Did you mean sessions list\?/],
  ['sessions list --usr ada', /no flag --usr\. Did you mean --user\?/],
  ['sessions list -x', /no flag -x\./],
  ['sessions list --user', /--user needs a value/],
  ['sessions list --user --all', /--user needs a value/],
  ['sessions list --user a --user b', /--user is given more than once/],
  ['sessions list --all=yes', /--all takes no value/],
  ['sessions list --kind logn', /login, connection or playback, not "logn"\. Did you mean login\?/],
  ['sessions list --limit 0', /--limit takes a whole number from 1/],
  ['sessions list --limit 5 --all', /contradict/],
  ['sessions list extra', /takes flags and nothing else/],
  ['sessions list --toString', /no flag --toString/],
  ['sessions list --__proto__=x', /no flag --__proto__/],
  ['sessions show', /needs ID/],
  ['sessions show a b', /takes 1 ID, not 2/],
  ['sessions end', /Say what to end/],
  ['sessions end ses_1 --user ada', /ids and --user contradict/],
  ['sessions end --everyone --resource a/b', /contradict/],
  ['sessions end ses_1 --except ses_2', /--except needs --user/],
  [
    'sessions end --user ada --browser Chrome --except ses_1',
    /--except needs --user, and goes with no other/,
  ],
  ['sessions end --user ada --status ended', /no flag --status/],
  ['sessions end --filter status=ended --yes', /no filter "status" here/],
  ['sessions end --browser Chrome', /nobody is here to ask\. Add --yes/],
  ['sessions end --user ada --deny user', /--deny and --for need each other/],
  ['sessions end --user ada --for 15m', /--deny and --for need each other/],
  ['sessions end --user ada --deny adress --for 1h', /Did you mean address\?/],
  ['sessions --filter browsr=Chrome', /no filter "browsr" here\. Did you mean browser\?/],
  ['sessions --filter Chrome', /--filter takes names and values/],
  ['sessions --filter browser=', /--filter takes names and values/],
  ['sessions --filter kind=logn', /kind takes login.*not "logn"\. Did you mean login\?/],
  ['sessions --os Linux --filter os=macOS', /"os" is asked to be two things at once/],
  ['sessions count --limit 5', /no flag --limit/],
  ['sessions --usr ada', /Did you mean --user\?/],
  ['users update ada', /Say what to change: --display-name or --role/],
  ['users update ada --role boss', /takes member, staff or operator/],
  ['users ban', /needs USER/],
  ['users ban ada bob', /takes 1 USER, not 2/],
  ['denials lift', /needs ID/],
  ['sessions end --user ada --reason banned', /--reason takes logout, revoked, replaced or closed/],
  ['sessions end --user ada', /nobody is here to ask\. Add --yes/],
  ['sessions end --everyone', /nobody is here to ask\. Add --yes/],
  ['sessions issue --display-name Ada', /--display-name needs --user/],
  ['sessions issue --user ada --data [1]', /--data takes a JSON object/],
  ['keys create --name shop', /--scope SCOPE is needed/],
  ['keys create --scope admin', /--name NAME is needed/],
  ['keys create --name shop --scope admin,session:read', /Did you mean sessions:read\?/],
  ['keys list --url ftp://example.org', /must be a URL/],
  ['keys list --url http://me:secret@localhost', /carries a credential/],
]

for (const [line, told] of MISUSES) {
  test(`rollcall ${line}: exits with 2 and says why`, async () => {
    const ran = await rollcall(line.split(' '), { env: { ROLLCALL_KEY: KEY } })
    assert.match(ran.err, told)
    assert.deepEqual([ran.exitCode, ran.out], [2, ''])
  })
}

for (const command of COMMANDS) {
  test(`rollcall ${command.words} --help names every flag that it parses`, async () => {
    const words = command.words.split(' ')
    const { exitCode, out } = await rollcall([...words, '--help'])
    assert.equal(exitCode, 0)
    for (const flag of Object.keys(command.flags)) assert.match(out, new RegExp(`^  --${flag}\\b`, 'm'))
    assert.equal((await rollcall(['help', ...words])).out, out)
  })
}

test('without a command, the commands are listed and the exit code is 2', async () => {
  const bare = await rollcall([])
  assert.deepEqual([bare.exitCode, bare.out], [2, ''])
  for (const { words } of COMMANDS) assert.ok(bare.err.includes(`rollcall ${words}`))
  assert.equal((await rollcall(['--help'])).out, bare.err)
})

test('a group without a verb shows its own commands', async () => {
  const { exitCode, err } = await rollcall(['keys'])
  assert.equal(exitCode, 2)
  assert.match(err, /rollcall keys withdraw/)
  assert.doesNotMatch(err, /rollcall sessions/)
  assert.equal((await rollcall(['keys', '--help'])).exitCode, 0)
})

test('--version prints the version of the package', async () => {
  assert.match((await rollcall(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
})

test('without an access key it says where to put one', async () => {
  const { exitCode, err } = await rollcall(['keys', 'list'])
  assert.match(err, /ROLLCALL_KEY/)
  assert.equal(exitCode, 2)
})

/** Lines with a secret in the wrong place. */
const SPILLS: readonly (readonly string[])[] = [
  [KEY],
  ['keys', KEY],
  ['keys', 'list', KEY],
  ['keys', 'list', `--${KEY}`],
  ['keys', 'list', '--key', `${KEY}\nx`],
  ['keys', 'list', '--key', KEY, '--url', 'http://127.0.0.1:9'],
  ['keys', 'list', '--key', KEY, '--url', KEY],
  ['keys', 'withdraw', KEY],
  ['sessions', 'show', KEY.replace('rck_', 'rct_')],
  ['sessions', 'list', '--kind', KEY],
  ['sessions', 'list', '--limit', KEY],
  ['serve', KEY],
  ['serve', '--port', KEY],
]

for (const argv of SPILLS) {
  test(`a key is not repeated to whoever puts it in "${argv.join(' ').replaceAll(KEY, 'KEY')}"`, async () => {
    const { exitCode, out, err } = await rollcall(argv)
    assert.notEqual(exitCode, 0)
    assert.ok(!`${out}${err}`.includes(KEY.slice(4)), err)
  })
}
