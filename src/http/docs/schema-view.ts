/**
 * Schemas, for people.
 *
 * @module
 */
import { type DescribedParameter, type DescribedSchema, nameOf } from './described.ts'
import { type Content, html, type Markup, phrase } from './html.ts'

/** Shows what a value may be: its fields, or each of its forms. */
export function shapeOf(schema: DescribedSchema): Markup {
  const forms = schema.oneOf ?? schema.anyOf
  if (forms?.some(({ properties }) => properties)) return html`<div class="forms">${forms.map(formOf)}</div>`
  if (schema.properties === undefined) return html`<p>${typeOf(schema)}</p>`
  return fieldsOf(
    Object.entries(schema.properties).map(([name, field]) => ({
      name,
      schema: field,
      description: field.description,
      required: schema.required?.includes(name) ?? false,
    })),
  )
}

/** Shows parameters like fields. */
export function parametersOf(parameters: readonly DescribedParameter[]): Markup {
  return fieldsOf(parameters.map((each) => ({ required: false, description: undefined, ...each })))
}

interface Field {
  readonly name: string
  readonly schema: DescribedSchema
  readonly description: string | undefined
  readonly required: boolean
}

function fieldsOf(fields: readonly Field[]): Markup {
  return html`<dl class="fields">${fields.map(
    ({ name, schema, description, required }) => html`
<dt><code>${name}</code> <span class="type">${typeOf(schema)}</span>${required && html` <span class="must">required</span>`}</dt>
<dd>${description !== undefined && html`<p>${phrase(description)}${boundsOf(schema)}</p>`}${innerOf(schema)}</dd>`,
  )}
</dl>`
}

/** One of the forms that a value may have, closed until it is wanted. */
function formOf(schema: DescribedSchema): Markup {
  const title = schema.title ?? (schema.required ?? []).join(', ')
  return html`<details><summary><code>${title}</code>${schema.description !== undefined && html` ${phrase(schema.description)}`}</summary>${shapeOf(schema)}</details>`
}

function innerOf(schema: DescribedSchema): Content {
  const inner = schema.items ?? schema
  const structured = inner.properties ?? (inner.oneOf ?? inner.anyOf)?.find(({ properties }) => properties)
  return structured !== undefined && html`<details><summary>Its fields</summary>${shapeOf(inner)}</details>`
}

/** Says in a few words what a value may be. */
export function typeOf(schema: DescribedSchema): Content {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref)
    return html`<a href="#shape-${name}">${name}</a>`
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum !== undefined)
    return listed(schema.enum.map((value) => html`<code>${String(value)}</code>`))
  if (schema.items !== undefined) return html`list of ${typeOf(schema.items)}`
  const forms = schema.oneOf ?? schema.anyOf
  if (forms?.every(({ properties }) => properties === undefined)) return listed(forms.map(typeOf))
  if (forms !== undefined) return 'one of several forms'
  return listed([schema.type ?? 'anything'].flat().map((type) => TYPES[schema.format ?? type] ?? type))
}

function listed(parts: readonly Content[]): Markup {
  return html`${parts.map((part, index) => [index === 0 ? '' : index === parts.length - 1 ? ' or ' : ', ', part])}`
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  'date-time': 'moment',
}

/** Says how large a value may be. */
function boundsOf(schema: DescribedSchema): Content {
  const { minLength = 0, maxLength, minItems = 0, maxItems, minimum, maximum } = schema
  if (maxLength !== undefined) return ` ${minLength} to ${maxLength} characters.`
  if (maxItems !== undefined) return ` ${minItems} to ${maxItems} of them.`
  return maximum !== undefined && ` ${minimum ?? 0} to ${maximum}.`
}
