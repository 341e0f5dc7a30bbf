/**
 * Replaying recorded exchanges: in process, and through a real socket.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import type { SessionStore } from '../../src/core/store.ts'
import { createApp } from '../../src/http/app.ts'
import type { Answer, Dialect, Exchange } from '../../src/http/dialects/contract.ts'
import { raw } from '../support/raw-request.ts'
import type { TestEnv } from '../support/test-env.ts'
import type { ExchangeFile, Pair } from './exchange-files.ts'
import { makeDialect } from './made.ts'
import { makeScene, type Scene } from './scene.ts'

/** An answer as it came back, header names in lower case, each with all of its values. */
interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

type Send = (pair: Pair['request']) => Promise<Received>

/** How an exchange is carried. */
export const CARRIERS = ['in process', 'through a socket'] as const

/** Replays a file over a store, and throws at the first answer that is not the one recorded. */
export async function replay(
  exchange: ExchangeFile,
  carrier: (typeof CARRIERS)[number],
  env: TestEnv,
  store: SessionStore,
): Promise<void> {
  await using scene = await makeScene(env, store)
  const dialect = makeDialect(exchange.dialect, scene, exchange.options)
  for (const step of exchange.given) await scene.play(step)
  if (carrier === 'in process') return replayPairs(exchange, scene, (request) => speak(dialect, request))
  const app = createApp({ sessions: scene.sessions, version: 'test', mounts: [{ dialect }] })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  try {
    await replayPairs(exchange, scene, (request) => ask(`http://127.0.0.1:${port}`, request))
  } finally {
    app.server.closeAllConnections()
    await app.close()
  }
}

async function replayPairs({ pairs }: ExchangeFile, scene: Scene, send: Send): Promise<void> {
  const filled = (text: string) =>
    text.replaceAll(/\{\{([^*].*?)\}\}/g, (_all, path: string) => scene.lookUp(path))
  for (const { request, answer } of pairs) {
    const received = await send({
      ...request,
      target: filled(request.target),
      headers: request.headers.map(([name, value]) => [name, filled(value)]),
      body: filled(request.body),
    })
    const where = `${request.method} ${request.target}`
    assert.equal(received.status, answer.status, `${where} answered ${received.status} ${received.body}`)
    assertText(received.body, request.method === 'HEAD' ? '' : filled(answer.body), where)
    for (const [name, value] of answer.headers) {
      if (name.startsWith('-')) assert.equal(received.headers[name.slice(1).toLowerCase()], undefined, name)
      else assertOneOf(received.headers[name.toLowerCase()] ?? [], filled(value), `${where}: ${name}`)
    }
  }
}

/** `{{*}}` stands for anything on one line. */
function assertText(received: string, expected: string, where: string): void {
  if (!expected.includes('{{*}}')) assert.equal(received, expected, where)
  else assert.match(received, patternOf(expected), where)
}

function assertOneOf(received: readonly string[], expected: string, where: string): void {
  const pattern = patternOf(expected)
  assert.ok(
    received.some((value) => pattern.test(value)),
    `${where} is ${JSON.stringify(received)}, not ${expected}`,
  )
}

function patternOf(text: string): RegExp {
  const parts = text.split('{{*}}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`)
}

async function speak(
  dialect: Dialect,
  { method, target, headers, body }: Pair['request'],
): Promise<Received> {
  const answer = receivedOf(await dialect.speak(exchangeOf(method, target, headers, body)))
  return method === 'HEAD' ? { ...answer, body: '' } : answer
}

/** The exchange that a request makes. */
export function exchangeOf(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[],
  body: string | Uint8Array = '',
): Exchange {
  const [path = '', ...query] = target.split('?')
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return {
    method,
    path,
    query: query.join('?'),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: bytes,
    oversized: bytes.length > 65_536,
    address: '127.0.0.1',
    secure: true,
    prefix: '',
  }
}

function receivedOf({ status, headers = {}, body = '' }: Answer): Received {
  const all: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = [value].flat()
  if (body !== '') all['content-type'] ??= ['application/json; charset=utf-8']
  return { status, headers: all, body }
}

async function ask(url: string, { method, target, headers, body }: Pair['request']): Promise<Received> {
  const { status, rawHeaders, body: text } = await raw(url, method, target, headers, body)
  const all: Record<string, readonly string[]> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    all[name] = [...(all[name] ?? []), rawHeaders[index + 1] ?? '']
  }
  return { status, headers: all, body: text }
}
