/**
 * The description of the API, as far as its page reads it.
 *
 * @module
 */

/** The document. */
export interface Described {
  readonly info: {
    readonly title: string
    readonly version: string
    readonly summary?: string
    readonly description?: string
  }
  readonly tags: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, DescribedSchema>> }
}

/** An operation of it. */
export interface DescribedOperation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly parameters?: readonly DescribedParameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, DescribedContent>> }
  readonly responses: Readonly<Record<string, DescribedAnswer>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
}

/** Something that a request has besides its body. */
export interface DescribedParameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: DescribedSchema
  readonly example?: unknown
}

/** What may come back, of one status. */
export interface DescribedAnswer {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>
  readonly content?: Readonly<Record<string, DescribedContent>>
}

/** A body, of one media type. */
export interface DescribedContent {
  readonly schema: DescribedSchema
  readonly example?: unknown
}

/** What a value may be. */
export interface DescribedSchema {
  readonly $ref?: string
  readonly title?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, DescribedSchema>>
  readonly required?: readonly string[]
  readonly items?: DescribedSchema
  readonly oneOf?: readonly DescribedSchema[]
  readonly anyOf?: readonly DescribedSchema[]
  readonly allOf?: readonly DescribedSchema[]
}

/** An operation with where it stands. */
export interface Placed {
  readonly method: string
  readonly path: string
  readonly operation: DescribedOperation
}

/** The operations about something, in the order of the document. */
export function operationsAbout({ paths }: Described, group: string): readonly Placed[] {
  return Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    .filter(({ operation }) => operation.tags.includes(group))
}

/** The name that a reference to a shared schema ends with. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** The codes that the problems of an answer may have. */
export function codesOf({ content = {} }: DescribedAnswer): readonly string[] {
  const parts = Object.values(content).flatMap(({ schema }) => schema.allOf ?? [])
  return parts.flatMap(({ properties }) => properties?.code?.enum ?? []).map(String)
}
