/**
 * An examination, as people read it.
 *
 * @module
 */
import { styleText } from 'node:util'
import { counted } from '../phrases.ts'
import type { Drawing } from '../session-view.ts'
import { drawTable, harmless, pad } from '../table.ts'
import type { Examination } from './examine.ts'
import type { Finding, State } from './finding.ts'

/** Draws what was found, then every setting with where it came from. */
export function drawExamination({ findings, settings }: Examination, { colour }: Drawing): string {
  const table = drawTable(
    settings,
    [
      { head: 'SETTING', cell: ({ name }) => name },
      { head: 'VALUE', cell: ({ value }) => value ?? '(none)', most: 60 },
      { head: 'FROM', cell: ({ origin }) => origin },
    ],
    colour,
  )
  return `${findings.map((each) => drawFinding(each, colour)).join('')}\n${table}\n${verdict(findings)}\n`
}

const MARKS: Readonly<Record<State, { readonly text: string; readonly style: 'green' | 'yellow' | 'red' }>> =
  {
    well: { text: 'ok', style: 'green' },
    doubtful: { text: '?', style: 'yellow' },
    wrong: { text: '!!', style: 'red' },
  }

function drawFinding({ about, state, says, advice }: Finding, colour: boolean): string {
  const { text, style } = MARKS[state]
  const mark = pad(text, 2)
  const line = `${colour ? styleText(style, mark, { validateStream: false }) : mark}  ${pad(about, 10)}  ${harmless(says)}\n`
  return advice === undefined ? line : `${line}${' '.repeat(16)}${harmless(advice)}\n`
}

function verdict(findings: readonly Finding[]): string {
  const [wrong, doubtful] = (['wrong', 'doubtful'] as const).map(
    (state) => findings.filter((each) => each.state === state).length,
  )
  if (wrong) return `${counted(wrong, 'thing')} wrong.`
  return doubtful ? `Nothing is wrong; ${counted(doubtful, 'thing')} to look at.` : 'All is well.'
}
