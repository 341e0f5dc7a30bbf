import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dialect } from '../../src/http/dialects/contract.ts'
import { defineDialect } from '../../src/http/dialects/speak.ts'
import { appBench } from '../support/app.ts'
import { raw } from '../support/raw-request.ts'

/** A dialect that says what it was asked, and says no in a word of its own. */
function echo(name: string, roots: readonly string[], exact: readonly string[] = []): Dialect {
  const no = (status: number, why: string) => ({ status, body: JSON.stringify({ [name]: why }) })
  return defineDialect({
    name,
    roots,
    exact,
    routes: [
      {
        method: 'GET',
        path: '/echo/:what',
        answer: async ({ params, exchange }) => no(200, `${params.what} ${exchange.query}`),
      },
      {
        method: 'POST',
        path: '/echo/:what',
        answer: async ({ exchange }) => no(201, new TextDecoder().decode(exchange.body)),
      },
      { method: 'GET', path: '/echo/broken', answer: () => Promise.reject(new Error('broken')) },
      { method: 'ANY', path: '/', answer: async () => no(200, 'home') },
    ],
    admit: async ({ headers }) =>
      headers['x-nobody'] === undefined
        ? { ok: true, caller: undefined }
        : { ok: false, answer: no(401, 'who?') },
    no: {
      missing: () => no(404, 'missing'),
      method: (_exchange, allowed) => no(404, `only ${allowed}`),
      unreadable: (_exchange, why) => no(400, why),
      failed: () => no(500, 'failed'),
    },
    finish: (answer) => ({ ...answer, headers: { server: name, ...answer.headers } }),
  })
}

test('a dialect answers everything under its paths in its own words, and nothing else', async () => {
  const mounts = [{ dialect: echo('one', ['/echo'], ['/']) }, { dialect: echo('two', ['/echo/deep']) }]
  await using bench = await appBench([], { mounts })
  const table: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/echo/a%2Fb?x=%31', 200, '{"one":"a%2Fb x=%31"}'],
    ['HEAD', '/echo/a', 200, ''],
    ['POST', '/echo/a', 201, '{"one":""}'],
    ['PUT', '/echo/a', 404, '{"one":"only GET,POST"}'],
    ['OPTIONS', '/echo/a', 404, '{"one":"only GET,POST"}'],
    ['PURGE', '/echo/a', 404, '{"one":"only GET,POST"}'],
    ['GET', '/echo/a/b', 404, '{"one":"missing"}'],
    ['GET', '/echo', 404, '{"one":"missing"}'],
    ['GET', '/echo/%', 200, '{"one":"% "}'],
    ['GET', '/echo/deep/er', 404, '{"two":"missing"}'],
    ['GET', '/', 200, '{"one":"home"}'],
  ]
  for (const [method, path, status, body] of table) {
    const answer = await raw(bench.url, method, path, [])
    assert.deepEqual([method, path, answer.status, answer.body], [method, path, status, body])
  }
  const beside = await raw(bench.url, 'GET', '/v1/whoami', [])
  assert.equal(beside.json.code, 'no-session')
  const page = await raw(bench.url, 'GET', '/', [['Accept', 'text/html']])
  assert.ok(page.body.startsWith('<!doctype html>'))
})

test('what cannot be read is refused by the dialect at whose path it was', async () => {
  await using bench = await appBench([], { mounts: [{ dialect: echo('one', ['/echo']) }] })
  const large = await raw(bench.url, 'POST', '/echo/a', [['Content-Type', 'text/plain']], 'x'.repeat(70_000))
  assert.deepEqual([large.status, large.body], [400, '{"one":"too-large"}'])
  const nobody = await raw(bench.url, 'POST', '/echo/a', [['X-Nobody', '1']], 'x'.repeat(70_000))
  assert.deepEqual([nobody.status, nobody.body], [401, '{"one":"who?"}'])
  const headers = Array.from({ length: 80 }, (_, index) => [`x-${index}`, ''] as const)
  const many = await raw(bench.url, 'GET', '/echo/a', headers)
  assert.deepEqual([many.status, many.body], [400, '{"one":"too-many-headers"}'])
})

test('a dialect under a prefix or on a host is nowhere else', async () => {
  const mounts = [
    { dialect: echo('one', ['/echo']), prefix: '/old' },
    { dialect: echo('two', ['/echo']), host: 'two.example' },
  ]
  await using bench = await appBench([], { mounts })
  const under = await raw(bench.url, 'GET', '/old/echo/a', [])
  assert.equal(under.body, '{"one":"a "}')
  assert.equal((await raw(bench.url, 'GET', '/echo/a', [])).status, 404)
  const named = await fetch(`${bench.url}/echo/a`).then(({ status }) => status)
  assert.equal(named, 404)
})
