/**
 * One server per file.
 *
 * The lock is SQLite's own, on a database beside the file, so that the kernel releases it however the holder ends.
 * A text file next to it says who the holder is; it is for people and decides nothing.
 *
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { RollcallError } from '../../../core/errors.ts'

/** Lets go of the lock. */
export type Unlock = () => void

/**
 * Takes the lock of a database file.
 *
 * @throws RollcallError `store-unavailable`, naming the holder, if another has it for `patience` milliseconds more.
 */
export function lock(path: string, patience: number): Unlock {
  const owner = `${path}-owner`
  const database = new DatabaseSync(`${path}-lock`, { timeout: patience })
  try {
    database.exec('pragma locking_mode = exclusive')
    database.exec('begin exclusive')
  } catch (fault) {
    database.close()
    if (!(fault instanceof Error && /locked|busy/i.test(fault.message))) throw fault
    throw new RollcallError(
      'store-unavailable',
      `Another Rollcall is running on ${path}${nameHolder(owner)}. Stop it first, or give this one another file: --store sqlite:PATH.`,
    )
  }
  writeFileSync(owner, `process ${process.pid}, since ${new Date().toISOString()}\n`)
  return () => {
    rmSync(owner, { force: true })
    database.exec('rollback')
    database.close()
  }
}

function nameHolder(owner: string): string {
  try {
    return ` (${readFileSync(owner, 'utf8').trim()})`
  } catch {
    return ''
  }
}
