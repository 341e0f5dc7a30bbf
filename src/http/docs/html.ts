/**
 * Writing HTML in which text is always text.
 *
 * @module
 */

/** Text that is HTML already. */
export interface Markup {
  readonly html: string
}

/** What may stand in HTML. Text is escaped, lists are joined, and what is missing leaves nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[]

/** Writes HTML. What is put in comes out as itself, whatever characters it has. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { html: strings.map((text, index) => text + written(contents[index])).join('') }
}

/** Takes a text of our own as HTML. */
export function trusted(text: string): Markup {
  return { html: text }
}

/** Writes CommonMark, as far as the description uses it: headings, paragraphs, code spans and strong words. */
export function prose(text: string): Markup {
  return html`${text.split(/\n{2,}/).map((block) => paragraph(block.trim()))}`
}

/** Writes CommonMark that is no paragraph of its own. */
export function phrase(text: string): Markup {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*)/)
  return html`${parts.map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`
    return part.startsWith('**') ? html`<strong>${part.slice(2, -2)}</strong>` : part
  })}`
}

function paragraph(block: string): Markup {
  if (block === '') return html``
  return block.startsWith('## ') ? html`<h3>${phrase(block.slice(3))}</h3>` : html`<p>${phrase(block)}</p>`
}

function written(content: Content): string {
  if (content === undefined || content === false) return ''
  if (typeof content === 'object') return 'html' in content ? content.html : content.map(written).join('')
  return String(content).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
