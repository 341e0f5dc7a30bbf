import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { SECURE_COOKIE, writeCookie } from '../../src/protocol/cookies.ts'
import { startChromium, WITHOUT_CHROMIUM } from '../support/chromium.ts'
import { serverBench } from '../support/in-process.ts'
import { until } from '../support/until.ts'

/** What pages find, by the names that they give it. */
type Found = Record<string, unknown>

test('a browser keeps the cookie from scripts and strangers, takes its successor, and gives it up at the end', {
  skip: WITHOUT_CHROMIUM,
  timeout: 60_000,
}, async () => {
  const found: Found = {}
  const pages = createServer()
  await new Promise<void>((resolve) => pages.listen(0, resolve))
  const { port } = pages.address() as AddressInfo
  await using server = await serverBench('--refresh-grace=0s', `--allow-origin=http://localhost:${port}`)
  const { token, session } = await server.sessions.issue({ user: { id: 'ada' } })
  answerWith(pages, found, writeCookie(SECURE_COOKIE, token, 3_600), {
    port,
    api: `http://localhost:${new URL(server.url).port}`,
  })
  await using chromium = await startChromium()
  try {
    await chromium.open(`http://localhost:${port}/home`)
    await until('the last page has told what it found', () => 'after' in found, 40_000)
  } finally {
    pages.closeAllConnections()
    pages.close()
  }
  assert.deepEqual(found, {
    seen: '',
    first: 200,
    renamed: 200,
    refreshed: 200,
    toldToken: false,
    second: 200,
    strangerReads: 'TypeError',
    strangerChanges: 'opaque',
    sibling: '',
    third: 200,
    out: 200,
    after: 401,
  })
  const ended = await server.sessions.get(session.id)
  assert.equal(ended?.device.label, 'mine', 'only the page of this site changed anything')
  assert.equal(ended?.ending?.reason, 'logout')
})

interface Places {
  readonly port: number
  readonly api: string
}

/** Scripts of pages, in the order in which the browser is led through them. */
function scripts({ port, api }: Places): Readonly<Record<string, string>> {
  return {
    '/home': `
      await tell('seen', document.cookie)
      await tell('first', (await ask('GET', '/v1/whoami')).status)
      await tell('renamed', (await ask('PATCH', '/v1/me/sessions/current', { label: 'mine' })).status)
      const refreshed = await ask('POST', '/v1/me/refresh')
      await tell('refreshed', refreshed.status)
      await tell('toldToken', 'token' in await refreshed.json())
      await tell('second', (await ask('GET', '/v1/whoami')).status)
      location = 'http://127.0.0.1:${port}/stranger'`,
    '/stranger': `
      await tell('strangerReads', await ask('GET', '/v1/whoami').catch((fault) => fault.name))
      const blind = { method: 'POST', mode: 'no-cors', credentials: 'include' }
      await tell('strangerChanges', (await fetch('${api}/v1/me/refresh', blind)).type)
      location = 'http://evil.localhost:${port}/sibling'`,
    '/sibling': `
      document.cookie = '${SECURE_COOKIE}=planted; Domain=localhost; Path=/; Secure'
      document.cookie = '${SECURE_COOKIE}=planted; Domain=localhost; Path=/v1'
      await tell('sibling', document.cookie)
      location = 'http://localhost:${port}/again'`,
    '/again': `
      await tell('third', (await ask('GET', '/v1/whoami')).status)
      await tell('out', (await ask('DELETE', '/v1/me/sessions/current')).status)
      await tell('after', (await ask('GET', '/v1/whoami')).status)`,
  }
}

/** Serves the pages, each with the cookie if it is the first, and notes what they tell. */
function answerWith(pages: Server, found: Found, cookie: string, places: Places): void {
  const tools = `
    const ask = (method, path, body) => fetch('${places.api}' + path, {
      method,
      credentials: 'include',
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const tell = (name, what) => fetch('/tell?' + new URLSearchParams({ name, what: JSON.stringify(what) }))`
  pages.on('request', (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname === '/tell')
      found[searchParams.get('name') ?? ''] = JSON.parse(searchParams.get('what') ?? '')
    const script = scripts(places)[pathname]
    if (pathname === '/home') response.setHeader('set-cookie', cookie)
    response.setHeader('content-type', 'text/html')
    response.end(
      script === undefined ? '' : `<!doctype html><script type="module">${tools}\n${script}</script>`,
    )
  })
}
