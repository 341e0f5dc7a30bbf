import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppBench, appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'
import { call, KEY } from '../support/server-process.ts'

const UNKNOWN = 'ses_1111111111111111111111'

async function everything({ url }: AppBench): Promise<string> {
  const paths = ['/v1/sessions?status=any', '/v1/users', '/v1/keys', '/v1/events?limit=200']
  return (await Promise.all(paths.map((path) => call(url, 'GET', path, KEY)))).map(({ text }) => text).join()
}

test('bad input gets a sentence that helps, and changes nothing', async () => {
  await using bench = await appBench()
  const { id } = await bench.issue('ada')
  const before = await everything(bench)
  const deep = `${'{"data":'.repeat(9)}1${'}'.repeat(9)}`
  const table: readonly (readonly [number, string, string, unknown, RegExp])[] = [
    [400, 'POST', '/v1/sessions', '{"user":', /not valid JSON/],
    [400, 'POST', '/v1/sessions', '', /body/],
    [400, 'POST', '/v1/sessions', '[]', /must be object/],
    [400, 'POST', '/v1/sessions', '{"__proto__":{"role":"operator"}}', /may not have/],
    [400, 'POST', '/v1/sessions', '{"constructor":{"prototype":{}}}', /may not have/],
    [400, 'POST', '/v1/sessions', deep, /8 levels/],
    [400, 'POST', '/v1/sessions', {}, /needs a user/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, expiresAt: 1 }, /unknown field "expiresAt"/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada', epoch: 9 } }, /unknown field "epoch"/],
    [400, 'POST', '/v1/sessions', { user: { id: 'a\u0000b' } }, /control characters/],
    [400, 'POST', '/v1/sessions', { user: { id: 'é'.repeat(65) } }, /128 bytes/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, device: { label: 'é'.repeat(191) } }, /190/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, lifetime: 'soon' }, /span of time/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, lifetime: '31d' }, /at most/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, kind: 'visit' }, /one of login/],
    [400, 'POST', '/v1/sessions', { user: { id: 'ada' }, data: { text: 'x'.repeat(5_000) } }, /4096 bytes/],
    [
      400,
      'POST',
      '/v1/sessions',
      { user: { id: 'ada' }, parentId: 'nonsense', kind: 'connection' },
      /session id/,
    ],
    [
      409,
      'POST',
      '/v1/sessions',
      { user: { id: 'ada' }, parentId: UNKNOWN, kind: 'connection' },
      /missing or over/,
    ],
    [413, 'POST', '/v1/sessions', `{"data":"${'x'.repeat(70_000)}"}`, /64 KiB/],
    [400, 'POST', '/v1/sessions/end', { selector: {} }, /./],
    [400, 'POST', '/v1/sessions/end', { selector: { user: 'ada', id } }, /./],
    [400, 'POST', '/v1/sessions/end', { selector: { user: 'ada' }, reason: 'reused' }, /one of/],
    [400, 'POST', '/v1/sessions/end', { selector: { filter: {} } }, /say \{"everyone": true\}/],
    [400, 'POST', '/v1/sessions/end', { selector: { filter: {} }, dryRun: true }, /means everyone/],
    [400, 'POST', '/v1/sessions/end', { selector: { filter: { status: 'ended' } } }, /cannot be ended/],
    [
      400,
      'POST',
      '/v1/sessions/end',
      { selector: { id }, dryRun: true, deny: { keys: ['user'], for: 'nonsense' } },
      /span of time/,
    ],
    [404, 'GET', `/v1/sessions/foo_${id.slice(4)}`, undefined, /no such session/],
    [400, 'GET', '/v1/sessions?cursor=nonsense', undefined, /Begin again/],
    [400, 'GET', '/v1/sessions?limit=0', undefined, /from 1 to 200/],
    [400, 'GET', '/v1/sessions?limit=5&limit=6', undefined, /must be string/],
    [400, 'GET', '/v1/sessions?user[]=ada', undefined, /unknown field/],
    [400, 'PATCH', '/v1/users/ada', { banned: 'yes' }, /must be boolean/],
    [404, 'PATCH', '/v1/users/nobody', { banned: true }, /no such user/],
    [404, 'GET', '/v1/nothing', undefined, /begins at \/v1/],
    [405, 'PUT', '/v1/sessions', undefined, /answers GET, HEAD, POST/],
    [410, 'GET', '/v1/events?after=999999', undefined, /no longer reaches/],
  ]
  for (const [status, method, path, body, sentence] of table) {
    const answer = await call(bench.url, method, path, KEY, body)
    const what = `${method} ${path} ${JSON.stringify(body)?.slice(0, 60)}: ${answer.text}`
    assert.equal(answer.status, status, what)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, what)
    assert.match(answer.json.detail ?? answer.text, sentence, what)
    assert.ok(answer.json.code, what)
  }
  assert.equal(await everything(bench), before)
  assert.equal(Object.hasOwn(Object.prototype, 'role'), false)
})

test('a body of another type is refused', async () => {
  await using bench = await appBench()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const headers = [
      ['Authorization', `Bearer ${KEY}`],
      ['Content-Type', type],
    ] as const
    assert.equal(
      (await raw(bench.url, 'POST', '/v1/sessions', headers, '{"user":{"id":"ada"}}')).status,
      415,
      type,
    )
  }
})

test('too many headers, and headers that are too long, are refused', async () => {
  await using bench = await appBench()
  const many = Array.from({ length: 70 }, (_, index) => [`X-Number-${index}`, '1'] as const)
  assert.equal((await raw(bench.url, 'GET', '/readyz', many)).status, 400)
  assert.equal((await raw(bench.url, 'GET', '/readyz', [['X-Long', 'x'.repeat(9_000)]])).status, 431)
})

test("somebody else's session and a missing one are the same 404, byte for byte", async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const { id: bobs } = await bench.issue('bob')
  const { id: elsewhere } = await bench.issue('ada', 'shop')
  for (const [method, body] of [
    ['DELETE', ''],
    ['PATCH', '{"label":"mine"}'],
  ] as const) {
    const answers = await Promise.all(
      [bobs, elsewhere, UNKNOWN, 'ses_x', 'nonsense'].map(async (id) => {
        const headers = [
          ['Authorization', `Bearer ${token}`],
          ['Content-Type', 'application/json'],
        ] as const
        const answer = await raw(bench.url, method, `/v1/me/sessions/${id}`, headers, body)
        const names = answer.rawHeaders.filter((_, index) => index % 2 === 0)
        return JSON.stringify([answer.status, names, answer.body])
      }),
    )
    assert.equal(new Set(answers).size, 1, answers.join('\n'))
    assert.match(answers[0] ?? '', /^\[404/)
  }
})

test('a key for one realm cannot tell a session of another from a missing one', async () => {
  await using bench = await appBench()
  const { id } = await bench.issue('ada')
  const { json } = await call(bench.url, 'POST', '/v1/keys', KEY, {
    name: 'shop',
    scopes: ['admin'],
    realm: 'shop',
  })
  const answers = await Promise.all(
    [id, UNKNOWN].flatMap((each) =>
      ['GET', 'DELETE'].map((method) => call(bench.url, method, `/v1/sessions/${each}`, json.secret)),
    ),
  )
  assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
  assert.equal(answers[0]?.status, 404)
})
