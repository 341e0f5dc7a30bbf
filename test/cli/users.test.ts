import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRunning } from './running.ts'

test('a user is listed, shown with their sessions, and changed', async () => {
  await using server = await startRunning()
  await server.rollcall('sessions issue --user ada --display-name Ada --label laptop')
  await server.rollcall('sessions issue --user ada --label phone')
  await server.rollcall('sessions issue --user bob')

  const listed = await server.rollcall('users list')
  assert.equal((await server.rollcall('users')).out, listed.out)
  assert.equal(listed.out, 'ID   NAME  ROLE\nada  Ada   member\nbob        member\n')

  const shown = await server.rollcall('users show ada')
  assert.match(shown.out, /^id +ada\nname +Ada\nrole +member\nrealm +default\n\nID +KIND /)
  for (const label of ['laptop', 'phone']) assert.ok(shown.out.includes(` ${label} `))
  assert.equal(shown.out.trimEnd().split('\n').length, 8)
  const { user, sessions } = await server.json('users show ada --limit 1')
  assert.deepEqual(user, { id: 'ada', displayName: 'Ada', role: 'member', realm: 'default', banned: false })
  assert.equal((sessions as { readonly items: readonly unknown[] }).items.length, 1)

  const changed = await server.rollcall('users update ada --role staff --display-name Augusta')
  assert.match(changed.out, /^id +ada\nname +Augusta\nrole +staff\n/)
  const missing = await server.rollcall('users show cyn')
  assert.deepEqual([missing.exitCode, missing.err], [1, 'rollcall: There is no such user. (404 not-found)\n'])
})

test('a long list of users says how it goes on', async () => {
  await using server = await startRunning()
  for (const user of ['ada', 'bob', 'cyn']) await server.rollcall(`sessions issue --user ${user}`)
  const first = await server.rollcall('users --limit 2')
  assert.match(first.err, /^2 users; there are more\. Use --all, or --cursor \S+\n$/)
  const [cursor = ''] = first.err.match(/\S+(?=\n$)/) ?? []
  assert.match((await server.rollcall(`users list --cursor ${cursor}`)).out, /^ID +ROLE\ncyn +member\n$/)
  assert.match((await server.rollcall('users list --all')).out, /ada .*\nbob .*\ncyn /)
})

test('a ban says what it ended and why, keeps the user out, and is lifted', async () => {
  await using server = await startRunning()
  const { session } = await server.json('sessions issue --user ada')
  const { id } = session as { readonly id: string }
  await server.rollcall(
    `sessions issue --user ada --kind connection --parent ${id} --resource default/app/room`,
  )
  const banned = await server.rollcall('users ban ada --reason stolen')
  assert.equal(banned.out, 'Banned ada (stolen). Ended 1 session, and 1 under them.\n')
  assert.match((await server.rollcall('users list')).out, /^ID +ROLE +BANNED\nada +member +stolen\n$/)
  assert.match((await server.rollcall('sessions list --status ended')).out, /banned/)
  assert.match((await server.rollcall('sessions issue --user ada')).err, /403 user-banned/)
  assert.equal(
    (await server.rollcall('users ban ada')).out,
    'Banned ada (stolen). There was nothing to end.\n',
  )

  assert.equal((await server.rollcall('users unban ada')).out, 'ada may sign in again.\n')
  assert.equal((await server.rollcall('sessions issue --user ada')).exitCode, 0)
})

test('a user is signed out everywhere, and may come back', async () => {
  await using server = await startRunning()
  for (const user of ['ada', 'ada', 'bob']) await server.rollcall(`sessions issue --user ${user}`)
  assert.equal((await server.rollcall('users end ada')).out, 'Ended 2 sessions.\n')
  assert.equal(
    (await server.rollcall('users end ada')).out,
    'Nothing to end: no session of theirs is live.\n',
  )
  assert.equal((await server.rollcall('sessions issue --user ada')).exitCode, 0)
  assert.match((await server.rollcall('sessions list --user bob')).out, /live/)
})

test('users of other realms are their own', async () => {
  await using server = await startRunning()
  await server.rollcall('sessions issue --user ada --realm shop')
  assert.equal((await server.rollcall('users list')).out, 'There are no users.\n')
  assert.equal((await server.rollcall('users end ada --realm shop')).out, 'Ended 1 session.\n')
  assert.match((await server.rollcall('users ban ada --realm shop')).out, /^Banned ada\./)
})
