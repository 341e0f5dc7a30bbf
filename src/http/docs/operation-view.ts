/**
 * One operation, for people.
 *
 * @module
 */
import { curlOf } from './curl.ts'
import {
  codesOf,
  type DescribedAnswer,
  type DescribedParameter,
  type DescribedSchema,
  nameOf,
  type Placed,
} from './described.ts'
import { type Content, html, type Markup, phrase, prose } from './html.ts'
import { parametersOf, shapeOf, typeOf } from './schema-view.ts'

/** Shows an operation; `schemas` are the shared ones by name. */
export function operationView(placed: Placed, schemas: Readonly<Record<string, DescribedSchema>>): Markup {
  const { method, path, operation } = placed
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const done = Object.entries(responses).filter(([, answer]) => codesOf(answer).length === 0)
  const failed = Object.entries(responses).filter(([, answer]) => codesOf(answer).length > 0)
  const body = requestBody?.content['application/json']?.schema
  return html`
<article class="operation" id="${operationId}" aria-labelledby="${operationId}-title">
<div class="said">
<h3 id="${operationId}-title">${summary} <a class="anchor" href="#${operationId}" aria-label="Link to “${summary}”">#</a></h3>
<p class="line">${badge(method)} <code class="path">${broken(path)}</code></p>
<p class="access">${accessOf(placed)}</p>
${prose(description)}
${PLACES.map(([place, title]) => parametersIn(parameters, place, title))}
${body !== undefined && html`<h4>Body</h4>${shapeOf(resolved(body, schemas))}`}
<h4>Answers</h4>
<dl class="answers">${done.map(answerView)}</dl>
<details class="failures"><summary>Failures <span class="count">${failed.flatMap(([, answer]) => codesOf(answer)).length}</span></summary>
<ul>${failed.map(([status, answer]) => codesOf(answer).map((code) => html`<li><span class="status">${status}</span> <a href="#problem-${code}"><code>${code}</code></a></li>`))}</ul>
</details>
</div>
<div class="shown">
${example(`Request: ${summary}`, 'Request', curlOf(placed), true)}
${done.map(([status, answer]) => answerExample(summary, status, answer))}
</div>
</article>`
}

/** A method in its colour. */
export function badge(method: string): Markup {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`
}

/** A block of code with a title, which can be scrolled by keys and, if wanted, copied. */
export function example(label: string, title: string, text: string, copied = false): Markup {
  return html`<figure><figcaption>${title}${copied && html`<button type="button" class="copy" hidden>Copy</button>`}</figcaption><pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre></figure>`
}

const PLACES = [
  ['path', 'Path'],
  ['query', 'Query'],
  ['header', 'Headers'],
] as const

function parametersIn(parameters: readonly DescribedParameter[], place: string, title: string): Content {
  const here = parameters.filter((parameter) => parameter.in === place)
  return here.length > 0 && html`<h4>${title}</h4>${parametersOf(here)}`
}

function accessOf({ operation: { security } }: Placed): Content {
  const scopes = security.flatMap((way) => way.key ?? [])
  const open = security.length === 0 || security.some((way) => Object.keys(way).length === 0)
  if (security.some((way) => 'token' in way)) return html`<span class="who">Session token</span>`
  if (security.length === 0) return html`<span class="who">Open to anyone</span>`
  return html`<span class="who">Access key</span> with <code>${scopes}</code>${open && ', or no credential on the very machine'}`
}

function answerView([status, { description, content = {}, headers = {} }]: readonly [
  string,
  DescribedAnswer,
]): Markup {
  const kinds = Object.entries(content).map(
    ([type, { schema }]) =>
      html`<li>${type === 'application/json' ? formsOf(schema) : html`<code>${type}</code>`}</li>`,
  )
  const carried = Object.entries(headers).map(
    ([name, header]) => html`<li><code>${name}</code> ${phrase(header.description ?? '')}</li>`,
  )
  return html`<dt><span class="status">${status}</span></dt><dd><p>${phrase(description)}</p><ul>${kinds}${carried}</ul></dd>`
}

function formsOf(schema: DescribedSchema): Content {
  return (schema.anyOf ?? [schema]).map((form, index) => [index > 0 && ' or ', typeOf(form)])
}

function answerExample(summary: string, status: string, { content = {} }: DescribedAnswer): Content {
  const [type, { example: value } = {}] =
    Object.entries(content).find(([, each]) => each.example !== undefined) ?? []
  if (type === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
  return example(`Answer ${status}: ${summary}`, `Answer ${status}`, text)
}

/** A path that may be broken at its slashes where there is little room. */
function broken(path: string): Content {
  return path.split(/(?<=\/)/).map((part, index) => [index > 0 && html`<wbr>`, part])
}

function resolved(
  schema: DescribedSchema,
  schemas: Readonly<Record<string, DescribedSchema>>,
): DescribedSchema {
  return schema.$ref === undefined ? schema : (schemas[nameOf(schema.$ref)] ?? schema)
}
