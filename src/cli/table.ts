/**
 * Tables for people: columns as wide as what is in them.
 *
 * @module
 */
import { styleText } from 'node:util'

/** One column: its head, and what it says of a row. */
export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => string | undefined

  /** The most characters shown; everything unless told otherwise. */
  readonly most?: number
}

/** Draws rows under aligned heads. A column that says nothing of any row is left out. */
export function drawTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  colour: boolean,
): string {
  const drawn = columns
    .map(({ head, cell, most }) => ({
      head,
      cells: rows.map((row) => shorten(harmless(cell(row) ?? ''), most)),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map((column) => ({ ...column, width: Math.max(...[column.head, ...column.cells].map(widthOf)) }))
  const line = (cellOf: (column: (typeof drawn)[number]) => string) =>
    drawn
      .map((column) => pad(cellOf(column), column.width))
      .join('  ')
      .trimEnd()
  const head = line(({ head }) => head)
  const body = rows.map((_, index) => line(({ cells }) => cells[index] ?? ''))
  return `${[bold(head, colour), ...body].join('\n')}\n`
}

/** Draws names and values under each other. A value that is absent is left out. */
export function drawFacts(
  facts: readonly (readonly [string, string | undefined])[],
  colour: boolean,
): string {
  const told = facts.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(...told.map(([name]) => widthOf(name)))
  return told.map(([name, value]) => `${bold(pad(name, width), colour)}  ${harmless(value ?? '')}\n`).join('')
}

/** Takes from a text what could command a terminal or deceive its reader: control and direction characters. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
}

function bold(text: string, colour: boolean): string {
  return colour ? styleText('bold', text, { validateStream: false }) : text
}

/** Fills a text up with spaces to that many columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

const GRAPHEMES = new Intl.Segmenter()
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u

/** Columns that a text takes on a terminal. */
function widthOf(text: string): number {
  let width = 0
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Cuts a text to that many characters, with an ellipsis where something is missing. */
export function shorten(text: string, most: number = Number.POSITIVE_INFINITY): string {
  if (text.length <= most) return text
  const graphemes = [...GRAPHEMES.segment(text)].map(({ segment }) => segment)
  return graphemes.length <= most ? text : `${graphemes.slice(0, most - 1).join('')}…`
}
