import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionStore } from '../../src/core/store.ts'
import { crossid } from '../../src/dialects/crossid/index.ts'
import { type EngineBench, engineBench } from '../support/engine.ts'
import { exchangeOf } from './replay.ts'

const WHOAMI = '/api/v1/auth/sessions/whoami'
const REVOKE = '/api/v1/auth/sessions/revoke'
const JSON_TYPE = ['Content-Type', 'application/json'] as const

/** Speaks crossid over a bench. */
function speaking({ sessions }: EngineBench) {
  const dialect = crossid({ sessions })
  return {
    whoami: (token: string) =>
      dialect.speak(exchangeOf('GET', WHOAMI, [['Authorization', `Bearer ${token}`]])),
    revoke: (body: string | Uint8Array, headers: readonly (readonly [string, string])[] = [JSON_TYPE]) =>
      dialect.speak(exchangeOf('DELETE', REVOKE, headers, body)),
  }
}

/** A body that asks to revoke a token. */
function asking(sessionToken: string): string {
  return JSON.stringify({ sessionToken })
}

test('a body of blanks, of no UTF-8, of too much, or nested beyond reason is refused like any other', async () => {
  await using bench = await engineBench()
  const { revoke } = speaking(bench)
  const { token } = await bench.sessions.issue({ user: { id: 'ada' } })
  const cut = new TextEncoder().encode(asking(token)).with(2, 0xff)
  const bodies = [
    ' ',
    '\0',
    cut,
    '['.repeat(60_000),
    asking('x'.repeat(65_536)),
    `${asking(token)}${' '.repeat(65_536)}`,
  ]
  for (const body of bodies) {
    const { status, body: said } = await revoke(body, [JSON_TYPE, ['Authorization', `Bearer ${token}`]])
    const message = 'Bad Request: Invalid argument (invalid request payload).'
    assert.deepEqual([status, said], [400, JSON.stringify({ code: 400, message, status: 'Bad Request' })])
  }
  assert.ok((await bench.sessions.verify(token)).ok)
})

test('a hundred who revoke one session at once are all told 204, and it ends once', async () => {
  await using bench = await engineBench()
  const { revoke } = speaking(bench)
  const { token } = await bench.sessions.issue({ user: { id: 'ada' } })
  const { position } = await bench.sessions.events(undefined)
  const answers = await Promise.all(Array.from({ length: 100 }, () => revoke(asking(token))))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([204]))
  const { events } = await bench.sessions.events(position, 200)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['session.ended'],
  )
})

test('a revoke is answered only after the store has kept it', async () => {
  const held = Promise.withResolvers<void>()
  const holding = (store: SessionStore): SessionStore => ({
    ...store,
    end: (...given) => held.promise.then(() => store.end(...given)),
  })
  await using bench = await engineBench({}, holding)
  const { revoke, whoami } = speaking(bench)
  const { token } = await bench.sessions.issue({ user: { id: 'ada' } })
  let answered = false
  const revoking = revoke(asking(token)).finally(() => {
    answered = true
  })
  await bench.env.advance(1_000)
  assert.equal(answered, false)
  held.resolve()
  assert.equal((await revoking).status, 204)
  assert.equal((await whoami(token)).status, 401)
})

test('whoever revokes ends what lives under the login, and is written down', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const { revoke } = speaking(bench)
  const login = await sessions.issue({ user: { id: 'ada' } })
  const under = await sessions.issue({ kind: 'playback', parentId: login.session.id, resource: 'a/b/c' })
  await revoke(asking(login.token))
  const ending = (await sessions.get(login.session.id))?.ending
  assert.deepEqual([ending?.reason, ending?.by], ['revoked', { kind: 'user', id: 'ada' }])
  assert.equal((await sessions.get(under.session.id))?.ending?.reason, 'parent-ended')
  const own = await sessions.issue({ user: { id: 'ada' } })
  await revoke('', [['Authorization', `Bearer ${own.token}`]])
  assert.equal((await sessions.get(own.session.id))?.ending?.reason, 'logout')
})

test('whoami follows its user, and shows ids of 22 characters that nobody mistakes', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const { whoami } = speaking(bench)
  const { token, session } = await sessions.issue({ user: { id: 'ada', displayName: 'Ada' } })
  const first = JSON.parse((await whoami(token)).body ?? '')
  assert.deepEqual(await whoami(token), await whoami(token))
  await sessions.users.update('ada', { displayName: 'Ada L.' })
  const then = JSON.parse((await whoami(token)).body ?? '')
  assert.deepEqual([first.identity, then.identity], [{ displayName: 'Ada' }, { displayName: 'Ada L.' }])
  assert.equal(`ses_${then.id}`, session.id)
  assert.match(then.id, /^[1-9A-HJ-NP-Za-km-z]{22}$/)
})

test('a refreshed session is known by both tokens while the grace lasts, and revoked by either', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const { whoami, revoke } = speaking(bench)
  const { token } = await sessions.issue({ user: { id: 'ada' } })
  const refreshed = await sessions.refresh(token)
  assert.ok(refreshed.ok)
  assert.equal((await whoami(token)).body, (await whoami(refreshed.token)).body)
  assert.equal((await revoke(asking(token))).status, 204)
  assert.equal((await whoami(refreshed.token)).status, 401)
})

test('what is refused is refused in the same words whatever the reason, to the last header', async () => {
  await using bench = await engineBench()
  const { sessions } = bench
  const { whoami } = speaking(bench)
  const [over, line, far] = [
    await sessions.issue({ user: { id: 'ada' } }),
    await sessions.issue({ user: { id: 'ada' }, kind: 'connection', resource: 'chat' }),
    await sessions.issue({ user: { id: 'ada' }, realm: 'far' }),
  ]
  await sessions.end({ id: over.session.id })
  const tokens = [over.token, line.token, far.token, 'nonsense', `${over.token.slice(0, -1)}x`, 'é']
  const answers = await Promise.all(tokens.map(whoami))
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.equal(answers[0]?.status, 401)
})
