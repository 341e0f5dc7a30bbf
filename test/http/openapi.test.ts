import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { RouteOptions } from 'fastify'
import { createSessions } from '../../src/engine/create-sessions.ts'
import { nodeEnv } from '../../src/env.ts'
import { type App, createApp } from '../../src/http/app.ts'
import { OPERATIONS } from '../../src/http/openapi/operations.ts'
import { newTally } from '../../src/http/watching.ts'
import { createHub } from '../../src/live/hub.ts'
import { startMetrics } from '../../src/server/metrics.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { type DescribedOperation, descriptionOf, escaped, judgeBy } from '../support/conformance.ts'

/** An application that has every route there is, and its routes. */
interface Whole extends AsyncDisposable {
  readonly app: App
  readonly routes: readonly RouteOptions[]
}

async function whole(): Promise<Whole> {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const meter = startMetrics(newTally(), '0.0.0')
  const app = createApp({ sessions, hub: createHub({ sessions, env }), version: '0.0.0', meter })
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  await app.ready()
  return {
    app,
    routes,
    async [Symbol.asyncDispose]() {
      await app.close()
      await sessions.close()
    },
  }
}

function labelOf({ method, url }: RouteOptions): string {
  return `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`
}

interface Named extends DescribedOperation {
  readonly label: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
}

function operationsOf(app: App): readonly Named[] {
  return Object.entries(descriptionOf(app).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...(operation as Named),
      label: `${method.toUpperCase()} ${path}`,
    })),
  )
}

test('the description is valid OpenAPI 3.1', async () => {
  await using bench = await whole()
  const { app } = bench
  const { valid, errors } = await new Validator().validate(structuredClone(descriptionOf(app)) as never)
  assert.equal(valid, true, JSON.stringify(errors, undefined, 1))
  const { statusCode, headers, json } = await app.inject('/openapi.json')
  assert.equal(statusCode, 200)
  assert.match(String(headers['content-type']), /^application\/json/)
  assert.equal(json().openapi, '3.1.0')
})

test('every route is described, and nothing else is', async () => {
  await using bench = await whole()
  const { app, routes } = bench
  const there = routes.filter(({ schema, method }) => !schema?.hide && method !== 'HEAD').map(labelOf)
  const described = operationsOf(app)
  assert.deepEqual(described.map(({ label }) => label).sort(), there.sort())
  assert.deepEqual(Object.keys(OPERATIONS).sort(), there)
  assert.equal(new Set(described.map(({ operationId }) => operationId)).size, there.length)
  for (const { label, operationId, summary, description, tags, parameters = [] } of described) {
    assert.ok(operationId && summary && description && tags.length === 1, `${label} is not said in words`)
    for (const { name, description: words } of parameters)
      assert.ok(words, `${label} does not explain "${name}"`)
  }
})

test('each operation says which credential it takes, and which scope', async () => {
  await using bench = await whole()
  const { app, routes } = bench
  for (const { label, security, responses } of operationsOf(app)) {
    const route = routes.find((each) => labelOf(each) === label)
    const { access, openLocally = false } = route?.config ?? {}
    const ways = security.map((way) => Object.entries(way)[0] ?? ['nothing'])
    const expected =
      access === 'anyone'
        ? []
        : access === 'holder'
          ? [
              ['token', []],
              ['tokenHeader', []],
              ['tokenCookie', []],
            ]
          : [['key', [access]], ['keyBasic', [access]], ...(openLocally ? [['nothing']] : [])]
    assert.deepEqual(ways, expected, label)
    assert.equal('401' in responses, access !== 'anyone', label)
  }
})

test('what is left out of the description does nothing but refuse', async () => {
  await using bench = await whole()
  for (const route of bench.routes.filter(({ schema }) => schema?.hide)) {
    for (const method of [route.method].flat() as 'OPTIONS'[]) {
      const { statusCode } = await bench.app.inject({ method, url: route.url })
      assert.equal(statusCode, method === 'OPTIONS' ? 204 : 405, `${method} ${route.url}`)
    }
  }
})

test('every example in the description is one that it describes itself', async () => {
  await using bench = await whole()
  const description = descriptionOf(bench.app)
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } }).addSchema(description, 'api')
  const examples = examplesIn(description)
  for (const { value, way } of examples) {
    const validate = ajv.compile({ $ref: `api#/${way.map(escaped).join('/')}/schema` })
    assert.ok(validate(value), `${way.join(' ')}: ${ajv.errorsText(validate.errors)}`)
  }
  assert.ok(examples.length > 200, `${examples.length} examples`)
  for (const { label, requestBody } of operationsOf(bench.app))
    assert.ok(requestBody?.content['application/json']?.example ?? !requestBody, `${label} has no example`)
})

/** Every example beside a schema, with the way to what holds both. */
function examplesIn(
  value: object,
  way: readonly string[] = [],
): readonly { readonly value: unknown; readonly way: readonly string[] }[] {
  const own = 'example' in value && 'schema' in value ? [{ value: value.example, way }] : []
  const inner = Object.entries(value).filter(([, each]) => typeof each === 'object' && each !== null)
  return [...own, ...inner.flatMap(([name, each]) => examplesIn(each, [...way, name]))]
}

test('an answer that is not as described is caught, whatever is wrong with it', async () => {
  await using bench = await whole()
  const { app } = bench
  const judge = judgeBy(descriptionOf(app))
  const right = {
    method: 'GET',
    path: '/v1/sessions/count?kind=login',
    status: 200,
    type: 'application/json; charset=utf-8',
    headers: ['content-type'],
    body: '{"count":1,"exact":true}',
  }
  const refused = {
    ...right,
    status: 401,
    type: 'application/problem+json',
    headers: ['content-type', 'www-authenticate'],
    body: '{"type":"/problems/no-credentials","title":"","status":401,"code":"no-credentials"}',
  }
  assert.equal(judge(right), undefined)
  assert.equal(judge(refused), undefined)
  const wrong = {
    'a status that is not declared': { ...right, status: 202 },
    'a type that is not declared': { ...right, type: 'text/html' },
    'a field too many': { ...right, body: '{"count":1,"exact":true,"more":1}' },
    'a field too few': { ...right, body: '{"count":1}' },
    'a field of another type': { ...right, body: '{"count":"1","exact":true}' },
    'no JSON': { ...right, body: '{' },
    'a code of another route': { ...refused, body: refused.body.replaceAll('no-credentials', 'conflict') },
    'a header that lacks': { ...refused, headers: ['content-type'] },
    'a success where nothing is described': { ...right, path: '/v1/nothing' },
    'a fault': { ...refused, status: 500, body: '{"type":"","title":"","status":500,"code":"internal"}' },
  }
  for (const [what, exchange] of Object.entries(wrong)) assert.ok(judge(exchange), `${what} was not noticed`)
})
