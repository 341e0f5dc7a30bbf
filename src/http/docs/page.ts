/**
 * The reference page: everything that the description says, on one page that needs nothing else.
 *
 * @module
 */
import { FAILURES } from '../../core/errors.ts'
import { type Described, operationsAbout } from './described.ts'
import { html, type Markup, prose, trusted } from './html.ts'
import { badge, example, operationView } from './operation-view.ts'
import { shapeOf } from './schema-view.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

/** Writes the page of a description. */
export function referencePage(described: Described): string {
  const { info, tags, components } = described
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title} API reference</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the reference</a>
<header class="top">
<a class="brand" href="#content">${info.title}</a> <span class="version">${info.version}</span>
<a class="raw" href="/openapi.json">openapi.json</a>
</header>
<div class="frame">
<nav aria-label="Operations">${contents(described)}</nav>
<main id="content" tabindex="-1">
<section class="introduction">
<h1>${info.title} API reference</h1>
<p class="lead">${info.summary}</p>
${prose(info.description ?? '')}
<h3>Examples</h3>
<p>The commands on this page run in any shell that knows these:</p>
${example('Variables of the examples', 'Shell', VARIABLES, true)}
</section>
${tags.map(
  ({ name, description }) => html`
<section class="group" aria-labelledby="group-${name}">
<h2 id="group-${name}">${name}</h2>
<p class="lead">${description}</p>
${operationsAbout(described, name).map((placed) => operationView(placed, components.schemas))}
</section>`,
)}
${problems()}
${shapes(described)}
</main>
</div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`
  return page.html
}

const VARIABLES = `URL=http://127.0.0.1:4780
TOKEN=rct_…          # of a session: POST /v1/sessions answers with it
ROLLCALL_KEY=rck_…   # an access key: the first start prints one`

function contents(described: Described): Markup {
  const groups = described.tags.map(
    ({ name }) =>
      html`<li><a class="chapter" href="#group-${name}">${name}</a><ul>${operationsAbout(described, name).map(
        ({ method, operation }) =>
          html`<li><a href="#${operation.operationId}">${badge(method)}<span>${operation.summary}</span></a></li>`,
      )}</ul></li>`,
  )
  return html`<details class="menu" open><summary>Contents</summary>
<ul class="contents">${groups}<li><a class="chapter" href="#problems">Failures</a></li><li><a class="chapter" href="#shapes">Shapes</a></li></ul>
</details>`
}

function problems(): Markup {
  return html`
<section class="group" aria-labelledby="problems">
<h2 id="problems">Failures</h2>
<p class="lead">Every <code>code</code> that a problem may have.</p>
<dl class="problems">${Object.entries(FAILURES).map(
    ([code, { status, title }]) => html`
<div id="problem-${code}"><dt><span class="status">${status}</span> <code>${code}</code></dt><dd>${title}.</dd></div>`,
  )}
</dl>
</section>`
}

function shapes({ components: { schemas } }: Described): Markup {
  return html`
<section class="group" aria-labelledby="shapes">
<h2 id="shapes">Shapes</h2>
<p class="lead">What bodies and answers are made of.</p>
${Object.entries(schemas).map(
  ([name, schema]) => html`
<article class="shape" id="shape-${name}" aria-labelledby="shape-${name}-title"><h3 id="shape-${name}-title">${name}</h3>
${prose(schema.description ?? '')}${shapeOf(schema)}</article>`,
)}
</section>`
}
