/** A cell of a table: the names of its row and column, and what stands in it. */
export interface Cell {
  readonly row: string
  readonly column: string
  readonly says: string
}

/**
 * Reads a table that was written by hand: names of columns in the first line, then a line each with the name of a
 * row and its cells. Columns are set apart by two spaces or more.
 */
export function readGrid(text: string): readonly Cell[] {
  const [columns = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))
  return rows.flatMap(([row = '', ...cells]) => {
    if (cells.length !== columns.length) throw new Error(`The row "${row}" has ${cells.length} cells`)
    return cells.map((says, index) => ({ row, column: columns[index] ?? '', says }))
  })
}
