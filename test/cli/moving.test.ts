import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { createSessions } from '../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { nodeEnv } from '../../src/env.ts'
import { exportFrom, importInto } from '../../src/server/moving/move.ts'
import { openStore } from '../../src/server/open-store.ts'
import { readSettings } from '../../src/server/settings.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { begin, rollcall } from './recorder.ts'

const folder = temporaryFolder()
const USERS = 400
const SESSIONS = 5 * USERS
const EXPORTED = `${folder}/exported.ndjson`
const SQLITE = `sqlite:${folder}/from.db`

/** Tokens, and why each is over; undefined for those that live. */
const tokens = new Map<string, string | undefined>()
let key = ''

async function engineOn(url: string): Promise<SessionManager> {
  const env = nodeEnv()
  const store = await openStore(readSettings({ argv: [`--store=${url}`], env: {} }), env.now)
  return createSessions({ store, env })
}

before(async () => {
  const sessions = await engineOn(SQLITE)
  const issue = async (id: string) => {
    for (let number = 0; number < SESSIONS / USERS; number++) {
      const { token } = await sessions.issue({ user: { id, displayName: `User ${id}` }, data: { number } })
      tokens.set(token ?? '', undefined)
    }
  }
  const ids = Array.from({ length: USERS }, (_, number) => `u${number}`)
  while (ids.length > 0) await Promise.all(ids.splice(0, 200).map(issue))
  const all = [...tokens.keys()]
  await sessions.end({ userId: 'u0' }, { by: { kind: 'system', id: 'test' } })
  await sessions.users.update('u1', { banned: true })
  for (const token of all) {
    const verdict = await sessions.verify(token)
    if (!verdict.ok) tokens.set(token, verdict.reason)
  }
  const [first = ''] = all.slice(-1)
  const renewed = await sessions.refresh(first)
  assert.ok('token' in renewed)
  tokens.delete(first)
  tokens.set(renewed.token ?? '', undefined)
  key = (await sessions.keys.create({ name: 'backend', scopes: ['sessions:read'] })).secret
  await sessions.close()
  await rollcall(['export', EXPORTED, '--store', SQLITE])
})

async function holdsEverything(sessions: SessionManager): Promise<void> {
  const expected = [...tokens]
  while (expected.length > 0)
    await Promise.all(
      expected.splice(0, 500).map(async ([token, reason]) => {
        const verdict = await sessions.verify(token)
        assert.deepEqual(verdict.ok ? undefined : verdict.reason, reason)
      }),
    )
  assert.ok(await sessions.keys.verify(key))
  const banned = sessions.issue({ user: { id: 'u1' } })
  await assert.rejects(banned, { code: 'user-banned' })
}

async function moved(from: string, to: string, file: string): Promise<void> {
  const exported = await rollcall(['export', file, '--store', from])
  assert.deepEqual([exported.exitCode, exported.out], [0, ''], exported.err)
  assert.match(exported.err, /Exported 2,000 sessions, 400 users, 1 access key/)
  assert.match(exported.err, /hashes of tokens.*mode 600/)
  const imported = await rollcall(['import', file, '--store', to])
  assert.equal(imported.exitCode, 0, imported.err)
  assert.match(imported.out, /2,401 of these were new/)
  assert.match(imported.out, /holds all of it, and nothing else/)
  const sessions = await engineOn(to)
  await holdsEverything(sessions).finally(() => sessions.close())
}

describe('two thousand sessions', () => {
  test('go from one SQLite file to another, and every token stands as it stood', async () => {
    await moved(SQLITE, `sqlite:${folder}/to.db`, `${folder}/lite.ndjson`)
    assert.equal(statSync(`${folder}/lite.ndjson`).mode & 0o777, 0o600)
  })

  test('go to PostgreSQL and back', { skip: WITHOUT_POSTGRES }, async () => {
    await using postgres = await startPostgres()
    await moved(SQLITE, postgres.url(), `${folder}/to-postgres.ndjson.gz`)
    await moved(postgres.url(), `sqlite:${folder}/from-postgres.db`, `${folder}/from-postgres.ndjson.gz`)
  })

  test('go to Redis and back', { skip: WITHOUT_REDIS }, async () => {
    await using redis = await redisServer()
    await moved(SQLITE, redis.url, `${folder}/to-redis.ndjson.gz`)
    await moved(redis.url, `sqlite:${folder}/from-redis.db`, `${folder}/from-redis.ndjson.gz`)
  })

  test('go into memory, in one stream', async () => {
    const env = nodeEnv()
    const store = memoryStore({ clock: env.now })
    const imported = await importInto(store, chunksOf(EXPORTED))
    assert.deepEqual([imported.taken, imported.verified], [2_401, 'whole'])
    const sessions = createSessions({ store, env })
    await holdsEverything(sessions).finally(() => sessions.close())
  })
})

test('an import that broke off is imported again, and takes in the rest', async () => {
  const file = EXPORTED
  const lines = readFileSync(file, 'utf8').split('\n')
  const store = `sqlite:${folder}/again.db`
  const cut = `${folder}/cut.ndjson`
  writeFileSync(cut, lines.slice(0, 1_800).join('\n'))
  const refused = await rollcall(['import', cut, '--store', store])
  assert.deepEqual([refused.exitCode, refused.out], [2, ''])
  assert.match(refused.err, /cut short/)

  const half = await openStore(readSettings({ argv: [`--store=${store}`], env: {} }), Date.now)
  await assert.rejects(importInto(half, chunksOf(cut)), { code: 'bad-request' })
  await half.close()
  const again = await rollcall(['import', file, '--store', store, '--json'])
  const { taken, verified } = JSON.parse(again.out) as { readonly taken: number; readonly verified: string }
  assert.ok(taken > 0 && taken < 2_401, `${taken} were new`)
  assert.equal(verified, 'whole')
})

test('a file that was changed is refused before anything is taken in', async () => {
  const file = `${folder}/changed.ndjson`
  const text = readFileSync(EXPORTED, 'utf8')
  const store = `sqlite:${folder}/changed.db`
  for (const [changed, sign] of [
    [text.replace('"displayName":"User u5"', '"displayName":"User u6"'), /checksum/],
    [`${text}{"kind":"user"}\n`, /behind its last line/],
    [text.replace('"format":1', '"format":2'), /format 2/],
    [text.replace(/\n.*\n/, '\n{"kind":"wish"}\n'), /line 2 is nothing/],
    [text.replace(/\n.*\n/, '\n{"kind":\n'), /line 2 cannot be read/],
    ['hello', /does not begin as one/],
    ['', /empty/],
  ] as const) {
    writeFileSync(file, changed)
    const refused = await rollcall(['import', file, '--store', store])
    assert.equal(refused.exitCode, 2)
    assert.match(refused.err, sign)
  }
  const empty = await rollcall(['export', `${folder}/empty.ndjson`, '--store', store])
  assert.match(empty.err, /Exported 0 sessions|There is no/)
})

test('what is there already is left as it is, and said to be', async () => {
  const file = EXPORTED
  const store = `sqlite:${folder}/beside.db`
  const sessions = await engineOn(store)
  const { token = '' } = await sessions.issue({ user: { id: 'somebody-else' } })
  await sessions.close()
  assert.match((await rollcall(['import', file, '--store', store])).out, /beside what was there/)
  assert.match((await rollcall(['import', file, '--store', store])).out, /0 of these were new\.\nSome of it/)
  const after = await engineOn(store)
  assert.ok((await after.verify(token)).ok)
  await after.close()
})

test('no file is written over, none is left half written, and a file in use is named', async () => {
  const file = `${folder}/there.ndjson`
  writeFileSync(file, 'mine')
  const refused = await rollcall(['export', file, '--store', SQLITE])
  assert.deepEqual([refused.exitCode, readFileSync(file, 'utf8')], [2, 'mine'])
  const sessions = await engineOn(SQLITE)
  const held = await rollcall(['export', `${folder}/held.ndjson`, '--store', SQLITE])
  await sessions.close()
  assert.equal(held.exitCode, 1)
  assert.match(held.err, /Another Rollcall is running .* Stop it first/)
  assert.equal(statSync(`${folder}/held.ndjson.part`, { throwIfNoEntry: false }), undefined)
  assert.equal((await rollcall(['export', '-', '--store', 'memory:'])).exitCode, 2)
})

test('on a terminal a bar moves, and "-" is the standard output', async () => {
  const file = `${folder}/bar.ndjson.gz`
  await rollcall(['export', file, '--store', SQLITE])
  const { progress } = await watch(['import', file, '--store', `sqlite:${folder}/bar.db`])
  assert.ok(progress.some((line) => /█.*Imported .* of 2,401.* a second/.test(line)))
  assert.ok(progress.some((line) => /█.*Verified 2,401 of 2,401/.test(line)))
  const piped = await rollcall(['export', '-', '--store', SQLITE])
  const kinds = (text: string) => text.split('\n').length
  assert.equal(kinds(piped.out), kinds(gunzipSync(readFileSync(file)).toString()))
})

test('no more than a thousand things are written at a time, however many there are', async () => {
  const store = await openStore(readSettings({ argv: [`--store=${SQLITE}`], env: {} }), Date.now)
  const pieces: number[] = []
  await exportFrom(store, 'test', async (text) => {
    pieces.push(text.split('\n').length - 1)
  })
  await store.close()
  assert.equal(
    pieces.reduce((sum, lines) => sum + lines, 0),
    2_403,
  )
  assert.ok(Math.max(...pieces) <= 1_000, `${pieces}`)
})

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const bytes = readFileSync(path)
  for (let from = 0; from < bytes.length; from += 65_537) yield bytes.subarray(from, from + 65_537)
}

async function watch(argv: readonly string[]): Promise<{ readonly progress: readonly string[] }> {
  await using going = begin(argv, { isTTY: true })
  await going.ended
  return { progress: going.progress }
}
