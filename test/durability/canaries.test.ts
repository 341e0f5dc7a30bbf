import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const TOKENS = 900
const KEYS = 100

test('no token and no key is ever found in the files, the log or an error', async () => {
  const folder = temporaryFolder()
  const flags = ['--log-level', 'debug']
  const server = await startServerProcess({
    store: `sqlite:${folder}/canary.db`,
    port: await freePort(),
    flags,
  })
  const secrets: string[] = [KEY]
  const answers: string[] = []

  for (let index = 0; index < KEYS; index++) {
    const made = await call(server.url, 'POST', '/v1/keys', KEY, {
      name: `key ${index}`,
      scopes: ['sessions:issue'],
    })
    secrets.push(made.json.secret ?? '')
    answers.push((await call(server.url, 'GET', '/v1/keys', made.json.secret)).text)
  }
  for (let index = 0; index < TOKENS; index++) {
    const user = { id: `user-${index % 90}` }
    const { json } = await call(server.url, 'POST', '/v1/sessions', secrets[1 + (index % KEYS)] ?? '', {
      user,
    })
    const token = json.token ?? ''
    secrets.push(token)
    const path =
      ['/v1/whoami', '/v1/me/sessions', `/v1/nothing?token=${token}`, `/v1/sessions/${token}`, '/v1/keys'][
        index % 5
      ] ?? ''
    answers.push((await call(server.url, 'GET', path, token)).text)
    if (index % 10 === 0)
      answers.push((await call(server.url, 'POST', '/v1/verify', KEY, { token, seen: { nope: token } })).text)
    if (index % 7 === 0)
      answers.push((await call(server.url, 'DELETE', '/v1/me/sessions?scope=others', token)).text)
  }
  const before = filesOf(folder)
  await server.kill('SIGTERM')
  const haystacks = [server.output(), answers.join('\n'), ...before, ...filesOf(folder)]

  assert.equal(new Set(secrets).size, TOKENS + KEYS + 1)
  assert.ok(
    haystacks.some((text) => text.includes('user-42')),
    'the files are really read',
  )
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      assert.ok(!haystacks.some((text) => text.includes(form)), `${secret.slice(0, 8)}… was found`)
    }
  }
})

function filesOf(folder: string): string[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
}

/** A secret as it is, as base64 at each alignment, as hex, and its secret part alone. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inner = secret.startsWith('rct_')
    ? [secret.slice(26)]
    : secret.startsWith('rck_')
      ? [secret.slice(4)]
      : []
  const aligned = [0, 1, 2].map((skip) =>
    bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3).toString('base64'),
  )
  return [secret, ...inner, ...aligned, bytes.toString('hex')]
}
