import { cpus } from 'node:os'
import { versionsOfDatabases } from './tools.ts'

/** A measured figure: the median of n runs, and how far apart they were. */
export interface Figure {
  readonly n: number
  readonly median: number
  readonly least: number
  readonly most: number
}

/** One line of the table: what was asked, what came out, what was wanted. */
export interface Row {
  readonly question: string
  readonly figure: Figure
  readonly unit: string
  readonly goal: string
}

/** Sums up runs. */
export function figureOf(runs: readonly number[]): Figure {
  const sorted = [...runs].sort((a, b) => a - b)
  return {
    n: sorted.length,
    median: sorted[(sorted.length - 1) >> 1] ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
  }
}

/** Runs something so often, and times each run in milliseconds. */
export async function timeRuns(n: number, run: (round: number) => unknown): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < n; round++) {
    const from = performance.now()
    await run(round)
    times.push(performance.now() - from)
  }
  return times
}

/** The machine, in a line. */
export function machine(): string {
  const all = cpus()
  return [
    `${all.length} × ${all[0]?.model ?? 'unknown'}`,
    `Node ${process.versions.node}`,
    `SQLite ${process.versions.sqlite ?? '?'}`,
    ...versionsOfDatabases(),
  ].join(', ')
}

/** Writes rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const digits = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2))
  const lines = rows.map(({ question, figure: { n, median, least, most }, unit, goal }) =>
    [question, `${digits(median)} ${unit}`, `${digits(least)} to ${digits(most)}`, String(n), goal].join(
      ' | ',
    ),
  )
  return ['question | median | spread | n | goal', '--- | ---: | --- | ---: | ---', ...lines]
    .map((line) => `| ${line} |\n`)
    .join('')
}

/** The value that this share of them is not above. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
