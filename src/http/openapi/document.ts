/**
 * The description of the native API: OpenAPI 3.1, from the very schemas that requests are checked against.
 *
 * @module
 */
import swagger, { type SwaggerTransform } from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { ANSWERS } from '../../protocol/answers.ts'
import * as requests from '../../protocol/requests.ts'
import type { App } from '../app.ts'
import { completed } from './complete.ts'
import { plain } from './examples.ts'
import { failuresOf } from './failures.ts'
import { explained } from './fields.ts'
import { INTRODUCTION } from './introduction.ts'
import { GROUPS, type Operation, type OperationName } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { type Header, responsesOf } from './responses.ts'
import { SECURITY, securityOf } from './security.ts'

/** Describes every route that is added from now on. A route may say `hide` to be left out. */
export function describeApi(app: App, version: string): void {
  for (const [name, schema] of Object.entries(ANSWERS)) app.addSchema({ ...schema, $id: name })
  for (const [name, schema] of Object.entries(BODIES))
    app.addSchema({ ...explained(plain(schema), name), $id: name })
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rollcall',
        version,
        summary: 'Know every session. End any of them, everywhere, now.',
        description: INTRODUCTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server.' }],
      tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: SECURITY },
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => `${$id ?? index}` },
    transform: describe,
    transformObject: (made) => ('openapiObject' in made ? completed(made.openapiObject) : made.swaggerObject),
  })
}

/** The schemas of bodies, by their names. */
const BODIES: Readonly<Record<string, TSchema>> = Object.fromEntries(
  Object.entries(requests).filter(([name]) => name.endsWith('Body')),
)

const describe: SwaggerTransform = ({ schema, url, route }) => {
  if (schema?.hide) return { schema, url }
  const row = OPERATIONS[`${String(route.method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}` as OperationName]
  return { url, schema: { ...schema, ...wordsOf(row), ...partsOf(schema, row), ...rulesOf(route, row) } }
}

function wordsOf(row: Operation | undefined): FastifySchema {
  if (row === undefined) return {}
  const { id, group, summary, description } = row
  return { operationId: id, tags: [group], summary, description }
}

function partsOf(
  { body, params, querystring }: FastifySchema = {},
  row: Operation | undefined,
): FastifySchema {
  const { sends } = row ?? {}
  const name = Object.keys(BODIES).find((each) => BODIES[each] === body)
  return {
    ...(name !== undefined && { body: { $ref: `${name}#` } }),
    ...(params !== undefined && { params: explained(plain(params), row?.group ?? '') }),
    ...(querystring !== undefined && { querystring: explained(plain(querystring), row?.id ?? '') }),
    ...(sends !== undefined && { headers: { type: 'object', properties: textsOf(sends) } }),
  }
}

function rulesOf({ config, method, url }: RouteOptions, row: Operation | undefined): FastifySchema {
  const { access = 'admin', openLocally = false } = config ?? {}
  const failures = failuresOf({ access, method: String(method), url, own: row?.failures ?? [] })
  return {
    security: securityOf(access, openLocally),
    response: responsesOf(row?.answers ?? {}, failures, textsOf(row?.mayCarry ?? {})),
  }
}

function textsOf(descriptions: Readonly<Record<string, string>>): Readonly<Record<string, Header>> {
  const texts = Object.entries(descriptions).map(([name, description]) => [
    name,
    { type: 'string', description },
  ])
  return Object.fromEntries(texts)
}
