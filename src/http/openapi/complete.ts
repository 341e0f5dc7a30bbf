/**
 * What the description has beyond what routes and schemas know: examples of requests, and headers that never lack.
 *
 * @module
 */
import type { Group, OperationName } from './operation.ts'
import { OPERATIONS } from './operations.ts'

/** An operation of a document, as far as it is completed. */
interface Incomplete {
  readonly parameters?: readonly { readonly in: string; readonly name: string; example?: unknown }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { example?: unknown }>> }
  readonly responses?: Readonly<
    Record<string, { readonly headers?: Readonly<Record<string, { required?: boolean }>> }>
  >
}

/** Completes a document in its place, and returns it. */
export function completed<Document extends { readonly paths?: object }>(document: Document): Document {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries<Incomplete>(item)) {
      giveExamples(operation, `${method.toUpperCase()} ${path}` as OperationName)
      requireHeaders(operation)
    }
  }
  return document
}

function giveExamples({ parameters = [], requestBody }: Incomplete, name: OperationName): void {
  const row = OPERATIONS[name]
  const query = new URLSearchParams(row?.example?.query)
  for (const parameter of parameters) {
    const example = parameter.in === 'path' ? IDS[row?.group ?? 'Server'] : query.get(parameter.name)
    if (example !== null && example !== undefined) parameter.example = example
  }
  const json = requestBody?.content['application/json']
  if (json && row?.example?.body) json.example = row.example.body
}

/** The headers of a refusal are there whenever it is given. */
function requireHeaders({ responses = {} }: Incomplete): void {
  for (const [status, { headers = {} }] of Object.entries(responses))
    for (const header of Object.values(headers)) if (Number(status) >= 400) header.required = true
}

/** What an id looks like, by what it names. */
const IDS: Readonly<Partial<Record<Group, string>>> = {
  Holder: 'current',
  Sessions: 'ses_7Hq2vXcT9mRkWb4NpZsLfE',
  Users: 'u1',
  Denials: '7',
  Keys: 'key_5Tn8wQzR2cVbXkLm3JhYpS',
}
