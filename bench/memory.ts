/** What memory does a session at hand take? */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { figureOf, type Row } from './measure.ts'
import { depopulate, populate } from './rollcall.ts'

const AT_HAND = 100_000
const TIMES = 3

/** Has a hundred thousand sessions at hand, each answered once, in a fresh process each time. */
export async function memory(folder: string): Promise<readonly Row[]> {
  const { path, tokens } = await populate(folder, AT_HAND)
  const grown: Growth[] = []
  for (let time = 0; time < TIMES; time++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', CHILD, path, tokens])
    grown.push(JSON.parse(stdout) as Growth)
  }
  depopulate({ path, tokens })
  const row = (what: string, measure: keyof Growth): Row => ({
    question: `memory for each of 100 k sessions at hand, ${what}`,
    figure: figureOf(grown.map((growth) => growth[measure] / AT_HAND)),
    unit: 'bytes',
    goal: '',
  })
  return [row('in the heap', 'heap'), row('as the system sees the process', 'resident')]
}

/** Bytes by which a process has grown. */
export interface Growth {
  readonly heap: number
  readonly resident: number
}

const CHILD = join(import.meta.dirname, 'memory-child.ts')
