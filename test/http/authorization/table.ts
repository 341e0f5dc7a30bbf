import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Access } from '../../../src/http/access.ts'
import type { OperationName } from '../../../src/http/openapi/operation.ts'

/** What the table says of a route: what it takes, and what comes of each target, by who asks. */
export interface Row {
  readonly takes: Access
  readonly targets: readonly string[]
  readonly outcomes: Outcomes
}

/** The table: its rows, and what is refused before anything is looked at. */
export interface Table {
  readonly rows: ReadonlyMap<OperationName, Row>
  readonly refusals: Outcomes
}

type Outcomes = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads the table that was written by hand. */
export function readTable(): Table {
  const text = readFileSync(join(import.meta.dirname, 'table.md'), 'utf8')
  const [, ...sections] = text.split(/^## /m)
  const refusals = tableIn(sections[0] ?? '').outcomes
  const rows = sections.slice(1).map((section) => {
    const [, label, takes] = /^([A-Z]+ \S+) \((\S+)\)$/m.exec(section) ?? []
    return [label as OperationName, { takes: takes as Access, ...tableIn(section) }] as const
  })
  return { rows: new Map(rows), refusals }
}

/** What is to come of a target of a row, for a credential of that name. */
export function outcomeFor({ refusals }: Table, row: Row, credential: string, target: string): string {
  const { takes, outcomes } = row
  const rows = {
    anyone: ['anybody'],
    holder: HOLDERS.includes(credential) ? [credential] : [],
    key:
      credential === takes || credential === 'admin'
        ? [credential, 'here']
        : KEYS.includes(credential)
          ? [credential]
          : [],
  }
  const kind = takes === 'anyone' || takes === 'holder' ? takes : 'key'
  const [who] = rows[kind].filter((each) => outcomes.has(each))
  if (who !== undefined) return outcomes.get(who)?.get(target) ?? ''
  const group = HOLDERS.includes(credential)
    ? 'holder'
    : refusals.get(kind)?.has(credential)
      ? credential
      : 'key'
  return refusals.get(kind)?.get(group) ?? ''
}

const HOLDERS: readonly string[] = ['ada', 'bob', 'zoe']
const KEYS: readonly string[] = ['there', 'everywhere']

function tableIn(section: string): { readonly targets: readonly string[]; readonly outcomes: Outcomes } {
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const [[, ...targets] = [], , ...rows] = cells
  const outcomes = rows.map(
    ([who = '', ...row]) =>
      [who, new Map(targets.map((target, index) => [target, row[index] ?? '']))] as const,
  )
  return { targets, outcomes: new Map(outcomes) }
}
