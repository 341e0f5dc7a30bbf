import type { AppBench } from '../../support/app.ts'
import { CREDENTIALS } from './cast.ts'
import { outcomeFor, type Table } from './table.ts'
import { type Cell, tryCell } from './trial.ts'

/** All cells of the table: each route by each credential on each of its targets. */
export function cellsOf(table: Table): readonly Cell[] {
  return [...table.rows].flatMap(([label, { targets }]) =>
    CREDENTIALS.flatMap((credential) => targets.map((target) => ({ label, credential, target }))),
  )
}

/** Tries cells. Returns what is not as the table has it. */
export async function differences(
  on: AppBench,
  table: Table,
  tried: readonly Cell[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const cell of tried) {
    const row = table.rows.get(cell.label)
    const expected = row === undefined ? '' : outcomeFor(table, row, cell.credential, cell.target)
    const { outcome, changed, leaks } = await tryCell(on, cell)
    const where = `${cell.label} by ${cell.credential} on ${cell.target}`
    if (outcome !== expected) found.push(`${where}: "${outcome}", not "${expected}"`)
    if (changed && !expected.includes(':')) found.push(`${where}: something has changed`)
    if (leaks.length > 0) found.push(`${where}: the answer gives away ${leaks}`)
  }
  return found
}
