import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireKey, WireSession } from '../../src/protocol/shapes.ts'
import { KEY, type Running, startRunning } from './running.ts'

test('sessions are issued, listed, shown and ended from the command line', async () => {
  await using server = await startRunning()
  const issued = await server.rollcall('sessions issue --user ada --label laptop --data {"plan":"pro"}')
  assert.match(issued.out, /^Issued login ses_\w{22} of ada; it expires in 30 d\..*\n\nrct_\w{72}\n$/)
  const [id = ''] = issued.out.match(/ses_\w{22}/) ?? []

  const listed = await server.rollcall('sessions list --user ada')
  assert.match(
    listed.out,
    /^ID +KIND +USER +DEVICE +ISSUED +ACTIVE +STATE\nses_\w{22} +login +ada +laptop +.* +live\n$/,
  )

  const shown = await server.rollcall(`sessions show ${id}`)
  assert.match(shown.out, new RegExp(`^id +${id}\nstate +live\n`))
  assert.match(shown.out, /\ndata +\{"plan":"pro"\}\n$/)

  assert.equal((await server.rollcall(`sessions end ${id}`)).out, 'Ended 1 session.\n')
  assert.equal(
    (await server.rollcall(`sessions end ${id}`)).out,
    'Nothing to end: no live session is meant.\n',
  )
  assert.equal((await server.rollcall('sessions list --user ada')).out, 'There are no such sessions.\n')
  assert.match((await server.rollcall(`sessions show ${id}`)).out, /\nended by +key key_\w+\n/)
})

test('--json prints what the API answers', async () => {
  await using server = await startRunning()
  const id = await issue(server, '--user ada')
  const [shown, answered] = await Promise.all([
    server.json(`sessions show ${id}`),
    ask(server, `/v1/sessions/${id}`),
  ])
  assert.deepEqual(shown, answered)
  assert.deepEqual(await server.json('sessions list'), await ask(server, '/v1/sessions'))
  assert.deepEqual(await server.json('keys list'), await ask(server, '/v1/keys'))
  assert.deepEqual(await server.json(`sessions end ${id} --dry-run`), { matched: 1, exact: true, ended: 0 })
  const { ended, descendants, receipt } = await server.json(`sessions end ${id}`)
  assert.deepEqual([ended, descendants, typeof receipt], [1, 0, 'object'])
})

test('all but one of a user are ended, after a yes', async () => {
  await using server = await startRunning()
  const kept = await issue(server, '--user ada')
  await issue(server, '--user ada')
  await issue(server, '--user ada')
  const line = `sessions end --user ada --except ${kept}`

  const refused = await server.rollcall(line, { says: false })
  assert.deepEqual([refused.exitCode, refused.out, refused.err], [1, '', 'Nothing was ended.\n'])
  assert.equal(refused.asked.length, 1)
  assert.match(refused.asked[0] ?? '', new RegExp(`^This ends 2 sessions of user ada but ${kept}, and all`))
  assert.equal((await idsOf(server)).length, 3)

  assert.equal((await server.rollcall(line, { says: true })).out, 'Ended 2 sessions.\n')
  assert.deepEqual(await idsOf(server), [kept])
})

test('--dry-run asks nobody and ends nothing; --yes asks nobody and ends', async () => {
  await using server = await startRunning()
  await issue(server, '--user ada')
  await issue(server, '--user bob')
  const dry = await server.rollcall('sessions end --everyone --dry-run')
  assert.deepEqual([dry.exitCode, dry.out], [0, 'Would end 2 sessions. Nothing was ended.\n'])
  assert.equal((await idsOf(server)).length, 2)
  assert.equal((await server.rollcall('sessions end --everyone --yes --reason logout')).exitCode, 0)
  assert.deepEqual(await idsOf(server), [])
  const { items } = await server.json('sessions list --status ended')
  assert.deepEqual(
    (items as WireSession[]).map(({ ending }) => ending?.reason),
    ['logout', 'logout'],
  )
})

test('what holds a name is ended without asking, and what lives under a login once somebody says yes', async () => {
  await using server = await startRunning()
  const login = await issue(server, '--user ada')
  const under = await issue(
    server,
    `--kind connection --parent ${login} --user ada --resource default/app/room`,
  )
  await issue(server, '--kind playback --resource default/app/stream --name screen')
  const other = await issue(server, '--kind playback --resource default/app/stream --name phone')

  assert.equal(
    (await server.rollcall('sessions end --resource default/app/stream --name phone')).out,
    'Ended 1 session.\n',
  )
  assert.ok(!(await idsOf(server)).includes(other))
  assert.equal((await server.rollcall(`sessions end --parent ${login}`)).exitCode, 2)
  assert.ok((await idsOf(server)).includes(under))
  assert.equal((await server.rollcall(`sessions end --parent ${login} --yes`)).out, 'Ended 1 session.\n')
  assert.ok(!(await idsOf(server)).includes(under))
  assert.ok((await idsOf(server)).includes(login))
})

test('several ids are ended at once', async () => {
  await using server = await startRunning()
  const ids = [await issue(server, '--user ada'), await issue(server, '--user bob')]
  assert.equal((await server.rollcall(`sessions end ${ids.join(' ')}`)).out, 'Ended 2 sessions.\n')
})

test('a list that goes on says how', async () => {
  await using server = await startRunning()
  for (const user of ['ada', 'bob', 'cyn']) await issue(server, `--user ${user}`)
  const first = await server.rollcall('sessions list --limit 2')
  assert.equal(first.out.split('\n').length, 4)
  assert.match(first.err, /^2 sessions; there are more\. Use --all, or --cursor \S+\n$/)
  const [cursor = ''] = first.err.match(/\S+(?=\n$)/) ?? []
  const rest = await server.rollcall(`sessions list --cursor ${cursor}`)
  assert.deepEqual([rest.out.split('\n').length, rest.err], [3, ''])
  assert.equal((await server.rollcall('sessions list --all')).out.split('\n').length, 5)
})

test('a key is made, opens what it is for and nothing else, and opens nothing once withdrawn', async () => {
  await using server = await startRunning()
  const made = await server.rollcall(
    'keys create --name shop --scope sessions:read,sessions:issue --scope sessions:read',
  )
  const [id = ''] = made.out.match(/key_\w+/) ?? []
  const [secret = ''] = made.out.match(/rck_\w+/) ?? []
  assert.equal(made.out, `Made key ${id}, shop. Keep its secret now; it cannot be read again:\n\n${secret}\n`)

  const env = { ROLLCALL_KEY: secret }
  assert.equal((await server.rollcall('sessions list', { env })).exitCode, 0)
  const refused = await server.rollcall('keys list', { env })
  assert.deepEqual([refused.exitCode, refused.out], [4, ''])
  assert.match(refused.err, /lacks the scope "admin"\. \(403 forbidden\)/)

  const listed = await server.rollcall('keys list')
  assert.match(listed.out, new RegExp(`^${id} +shop +\\* +sessions:read, sessions:issue +`, 'm'))
  assert.ok(!listed.out.includes(secret) && !listed.out.includes(KEY))

  assert.equal(
    (await server.rollcall(`keys withdraw ${id}`)).out,
    `Withdrew key ${id}. It opens nothing any more.\n`,
  )
  assert.equal((await server.rollcall('sessions list', { env })).exitCode, 4)
  assert.match((await server.rollcall('keys list')).out, new RegExp(`^${id} .* (ago|now)$`, 'm'))
})

test('what the server refuses exits with 1 and its own words', async () => {
  await using server = await startRunning()
  const missing = await server.rollcall('sessions show ses_1111111111111111111111')
  assert.deepEqual(
    [missing.exitCode, missing.err],
    [1, 'rollcall: There is no such session. (404 not-found)\n'],
  )
  const odd = await server.rollcall('sessions issue --user ada --lifetime soon')
  assert.equal(odd.exitCode, 1)
  assert.match(odd.err, /"soon" is no span of time/)
  assert.equal((await server.rollcall('sessions show ../keys')).exitCode, 1)
})

test('realms are kept apart', async () => {
  await using server = await startRunning()
  await issue(server, '--user ada --realm shop')
  assert.deepEqual(await idsOf(server), [])
  assert.equal((await idsOf(server, '--realm shop')).length, 1)
  assert.match((await server.rollcall('sessions end --everyone --yes --realm shop')).out, /^Ended 1 session/)
})

async function issue(server: Running, flags: string): Promise<string> {
  const { session } = await server.json(`sessions issue ${flags}`)
  return (session as WireSession).id
}

async function idsOf(server: Running, flags = '--all'): Promise<readonly string[]> {
  const { items } = await server.json(`sessions list ${flags}`)
  return (items as readonly (WireSession | WireKey)[]).map(({ id }) => id)
}

async function ask({ url }: Running, path: string): Promise<unknown> {
  return (await fetch(url + path, { headers: { authorization: `Bearer ${KEY}` } })).json()
}
