import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBench } from '../support/app.ts'

test('the page of the demo is there only where it is asked for', async () => {
  await using server = await appBench()
  assert.equal((await fetch(`${server.url}/demo/live`)).status, 404)
})

test('the page of the demo loads nothing, runs only what stands in it, and talks to this server alone', async () => {
  await using server = await appBench([], { demo: true })
  const response = await fetch(`${server.url}/demo/live`)
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = response.headers.get('content-security-policy') ?? ''
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[^;]+'; script-src 'sha256-[^;]+'; connect-src 'self'; /,
  )
  assert.equal(server.takeBreaches().length, 1, 'it is no part of the described API')
  const html = await response.text()
  assert.doesNotMatch(html, /<[^>]+\s(?:src|href|action|on\w+)=|url\(/)
})
