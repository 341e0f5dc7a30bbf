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
import { plain } from './examples.ts'
import { failuresOf } from './failures.ts'
import { explained } from './fields.ts'
import { INTRODUCTION } from './introduction.ts'
import { GROUPS, type Operation, type OperationName } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { responsesOf } from './responses.ts'
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
    transformObject: (made) => ('openapiObject' in made ? withExamples(made.openapiObject) : made.swaggerObject),
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
  const name = Object.keys(BODIES).find((each) => BODIES[each] === body)
  return {
    ...(name !== undefined && { body: { $ref: `${name}#` } }),
    ...(params !== undefined && { params: explained(plain(params), row?.group ?? '') }),
    ...(querystring !== undefined && { querystring: explained(plain(querystring), row?.id ?? '') }),
  }
}

function rulesOf({ config, method, url }: RouteOptions, row: Operation | undefined): FastifySchema {
  const { access = 'admin', openLocally = false } = config ?? {}
  const failures = failuresOf({ access, method: String(method), url, own: row?.failures ?? [] })
  return {
    security: securityOf(access, openLocally),
    response: responsesOf(row?.answers ?? {}, failures),
  }
}

/** The parts of a document that examples go into. */
interface Exemplary {
  readonly parameters?: readonly { readonly in: string; readonly name: string; example?: unknown }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { example?: unknown }>> }
}

/** Puts the example of each operation where OpenAPI has it: into its parameters and its body. */
function withExamples<Document extends { readonly paths?: object }>(document: Document): Document {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries<Exemplary>(item)) {
      const row = OPERATIONS[`${method.toUpperCase()} ${path}` as OperationName]
      const query = new URLSearchParams(row?.example?.query)
      for (const parameter of operation.parameters ?? []) {
        const example = parameter.in === 'path' ? ID_EXAMPLES[row?.group ?? ''] : query.get(parameter.name)
        if (example !== null && example !== undefined) parameter.example = example
      }
      const json = operation.requestBody?.content['application/json']
      if (json && row?.example?.body) json.example = row.example.body
    }
  }
  return document
}

/** What an id looks like, by what it names. */
const ID_EXAMPLES: Readonly<Record<string, string>> = {
  Holder: 'current',
  Sessions: 'ses_7Hq2vXcT9mRkWb4NpZsLfE',
  Users: 'u1',
  Denials: '7',
  Keys: 'key_5Tn8wQzR2cVbXkLm3JhYpS',
}
