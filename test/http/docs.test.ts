import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { curlOf } from '../../src/http/docs/curl.ts'
import { codesOf, type Described, operationsAbout } from '../../src/http/docs/described.ts'
import { referencePage } from '../../src/http/docs/page.ts'
import { appBench } from '../support/app.ts'
import { KEY } from '../support/server-process.ts'

async function read(url: string): Promise<{
  readonly page: string
  readonly policy: string
  readonly described: Described
}> {
  const [docs, description] = await Promise.all([fetch(`${url}/docs`), fetch(`${url}/openapi.json`)])
  return {
    page: await docs.text(),
    policy: docs.headers.get('content-security-policy') ?? '',
    described: (await description.json()) as Described,
  }
}

test('the reference page shows every operation with its parameters, answers and problem codes', async () => {
  await using bench = await appBench()
  const { page, described } = await read(bench.url)
  const articles = new Map(
    page.split('<article class="operation" ').map((text) => [/^id="(\w+)"/.exec(text)?.[1], text]),
  )
  const operations = described.tags.flatMap(({ name }) => operationsAbout(described, name))
  assert.equal(operations.length, Object.values(described.paths).flatMap(Object.values).length)
  for (const { method, operation } of operations) {
    const { operationId, parameters = [], responses } = operation
    const article = articles.get(operationId) ?? ''
    assert.ok(article.includes(`>${method}</span>`), `${operationId} is not on the page`)
    for (const { name } of parameters)
      assert.ok(article.includes(`<code>${name}</code>`), `${operationId} ${name}`)
    for (const [status, answer] of Object.entries(responses)) {
      assert.ok(article.includes(`<span class="status">${status}</span>`), `${operationId} ${status}`)
      for (const code of codesOf(answer))
        assert.ok(article.includes(`href="#problem-${code}"`), `${operationId} ${code}`)
    }
  }
})

test('the reference page needs nothing from anywhere, and its policy allows nothing but itself', async () => {
  await using bench = await appBench()
  const { page, policy } = await read(bench.url)
  assert.doesNotMatch(
    page,
    /<(link|img|iframe|object|embed|form|base)\b|\bsrc=|@import|url\(|\bstyle=|\son\w+=/,
  )
  const elsewhere = [...page.matchAll(/href="([^"]+)"/g)].filter(([, target]) => !target?.startsWith('#'))
  assert.deepEqual(
    elsewhere.map(([, target]) => target),
    ['/openapi.json'],
  )
  const digest = (tag: string): string =>
    hash('sha256', new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)?.[1] ?? '', 'base64')
  assert.equal(
    policy,
    `default-src 'none'; style-src 'sha256-${digest('style')}'; script-src 'sha256-${digest('script')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})

test('every link on the reference page leads to one place on it', async () => {
  await using bench = await appBench()
  const { page } = await read(bench.url)
  const places = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id ?? '')
  assert.equal(new Set(places).size, places.length, 'an id stands twice')
  for (const [, target] of page.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g))
    assert.ok(places.includes(target ?? ''), `#${target} leads nowhere`)
  for (const [block] of page.matchAll(/<pre[^>]*>/g))
    assert.match(block, /tabindex="0" role="region" aria-label="/)
})

test('whatever the description says is text on the page', async () => {
  await using bench = await appBench()
  const { described } = await read(bench.url)
  const evil = `</style></script><script>alert("1")</script> \`<img src=x onerror='x'>\``
  const words = new Set(['description', 'summary', 'example', 'title'])
  const spoiled = JSON.parse(
    JSON.stringify(described, (key, value) => (words.has(key) && typeof value === 'string' ? evil : value)),
  ) as Described
  const page = referencePage(spoiled)
  assert.equal(page.split('<script>').length, 2)
  assert.doesNotMatch(page, /<img|alert\("/)
  assert.match(page, /&lt;script&gt;alert\(&quot;1&quot;\)/)
})

test('every example on the reference page runs in a shell, and the server understands it', async () => {
  await using bench = await appBench()
  const { described } = await read(bench.url)
  const run = promisify(execFile)
  for (const placed of described.tags.flatMap(({ name }) => operationsAbout(described, name))) {
    const { token } = await bench.issue('u1')
    const endless = placed.path.startsWith('/v1/live')
    const command = `${curlOf(placed)} -s -o /dev/null -w '%{http_code}' ${endless ? '-m 3 || true' : ''}`
    const environment = { ...process.env, URL: bench.url, TOKEN: token, ROLLCALL_KEY: KEY }
    const { stdout } = await run('sh', ['-c', command], { env: environment, timeout: 10_000 })
    const example = /\{id\}/.test(placed.path) || placed.path === '/v1/events'
    assert.ok(/^(2|101)/.test(stdout) || (example && /^4(04|10)$/.test(stdout)), `${command}: ${stdout}`)
    await bench.sessions.users.update('u1', { banned: false }, {})
  }
})
