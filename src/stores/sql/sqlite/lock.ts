/**
 * One server per file.
 *
 * The lock is SQLite's own, on a database beside the file, so that the kernel releases it however the holder ends.
 * A text file next to it says who the holder is; it is for people and decides nothing.
 *
 * @module
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    if (!isHeld(fault)) throw fault
    throw new RollcallError(
      'store-unavailable',
      `Another Rollcall is running on ${path}${inBrackets(readOwner(owner))}. Stop it first, or give this one another file: --store sqlite:PATH.`,
    )
  }
  writeFileSync(owner, `process ${process.pid}, since ${new Date().toISOString()}\n`)
  return () => {
    rmSync(owner, { force: true })
    database.exec('rollback')
    database.close()
  }
}

/** Tells who has the lock of a database file; undefined where nobody has. It is free again at once. */
export function holderOf(path: string): string | undefined {
  if (!existsSync(`${path}-lock`)) return undefined
  const database = new DatabaseSync(`${path}-lock`, { timeout: 0 })
  try {
    database.exec('begin exclusive')
    database.exec('rollback')
    return undefined
  } catch (fault) {
    if (!isHeld(fault)) throw fault
    return readOwner(`${path}-owner`) ?? 'a process that has not said which'
  } finally {
    database.close()
  }
}

function isHeld(fault: unknown): boolean {
  return fault instanceof Error && /locked|busy/i.test(fault.message)
}

function readOwner(owner: string): string | undefined {
  try {
    return readFileSync(owner, 'utf8').trim()
  } catch {
    return undefined
  }
}

function inBrackets(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`
}
