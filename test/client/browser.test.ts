import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from '../../src/client/index.ts'
import { appBench } from '../support/app.ts'
import { browserAt } from '../support/browser.ts'
import { KEY } from '../support/server-process.ts'

const run = promisify(execFile)

test('the client runs where there is nothing but what a page has, and brings nothing along', async () => {
  await using bench = await appBench()
  const { stdout } = await run(process.execPath, [
    '--experimental-vm-modules',
    '--no-warnings',
    `${import.meta.dirname}/in-a-page.ts`,
    bench.url,
    KEY,
  ])
  const { seen, loaded, offered } = JSON.parse(stdout) as InAPage
  assert.deepEqual(seen, { listed: true, first: true, over: 'logout', node: [] })
  assert.ok(loaded.includes('client/index.ts'))
  assert.deepEqual(
    loaded.filter((path) => !path.startsWith('client/')),
    ['protocol/live-frames.ts'],
  )
  assert.deepEqual(offered, ['honoAdapter'])
})

interface InAPage {
  readonly seen: object
  readonly loaded: readonly string[]
  readonly offered: readonly string[]
}

test('a page exchanges and gives up the token that its cookie carries, and never sees it', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const browser = browserAt(bench.url)
  browser.cookies.set('rollcall', token)
  const client = createClient({ url: '', fetch: (path, init) => browser.send(path, init) })
  assert.equal((await client.me.whoami()).session.id, id)

  const renewed = await client.me.refresh()
  assert.deepEqual(Object.keys(renewed), ['session'])
  assert.notEqual(browser.cookies.get('rollcall'), token)
  assert.equal((await client.me.whoami()).session.id, id)

  assert.equal((await client.me.sessions.endAll()).ended, 1)
  assert.deepEqual([...browser.cookies], [])
  await assert.rejects(client.me.whoami(), { code: 'no-session' })
})

test('a page whose token is in a cookie asks with the cookie, and says so to no other origin', async () => {
  const sent: RequestInit[] = []
  const client = createClient({
    url: '',
    fetch: async (_url, init) => {
      sent.push(init)
      return Response.json({ session: {} })
    },
  })
  await client.me.whoami()
  await client.me.refresh()
  assert.deepEqual(
    sent.map(({ credentials, redirect, headers }) => [credentials, redirect, Object.keys(headers ?? {})]),
    [
      ['same-origin', 'error', ['accept']],
      ['same-origin', 'error', ['accept']],
    ],
  )
})
