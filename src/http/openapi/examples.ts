/**
 * Examples, made from schemas.
 *
 * @module
 */
import { ANSWERS } from '../../protocol/answers.ts'

/** A schema, as far as examples and pages look at it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly title?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

/** What a value of this schema may look like: its required fields, and others that have an example of their own. */
export function exampleOf(schema: Schema): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  if (schema.$ref !== undefined) return exampleOf(schemaOf(schema.$ref))
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const first = schema.oneOf?.[0] ?? schema.anyOf?.[0]
  if (first !== undefined) return exampleOf(first)
  if (schema.items !== undefined) return [exampleOf(schema.items)]
  if (schema.properties !== undefined) return exampleOfFields(schema.properties, schema.required ?? [])
  return schema.format === 'date-time' ? '2026-11-20T12:00:00.000Z' : schema.type === 'integer' ? 1 : ''
}

/** A shared schema by its name, or by a reference to it. */
export function schemaOf(reference: string): Schema {
  return SHARED.get(reference.replace(/#$/, '')) ?? {}
}

/** A schema as it is written. */
export function plain(schema: unknown): Schema {
  return JSON.parse(JSON.stringify(schema)) as Schema
}

const SHARED = new Map(Object.entries(ANSWERS).map(([name, schema]) => [name, plain(schema)]))

function exampleOfFields(properties: Readonly<Record<string, Schema>>, required: readonly string[]): object {
  const shown = Object.entries(properties).filter(
    ([name, { examples }]) => required.includes(name) || examples?.[0] !== undefined,
  )
  return Object.fromEntries(shown.map(([name, schema]) => [name, exampleOf(schema)]))
}
