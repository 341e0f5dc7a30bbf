/**
 * Bringing a file to the schema of this version.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { RollcallError } from '../../../core/errors.ts'
import { canonicalAddress } from '../../../core/network.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import { SQLITE } from './engine.ts'

/**
 * Runs the migrations that the file has not seen, each in one transaction with the note that it ran.
 *
 * @throws RollcallError `store-unavailable` for a file that a newer Rollcall, or something else, has written.
 */
export function migrate(database: DatabaseSync, path: string): void {
  refuseStranger(database, path)
  database.exec('create table if not exists migrations (number integer primary key, name text not null)')
  const { seen } = database.prepare('select coalesce(max(number), 0) as seen from migrations').get() as {
    readonly seen: number
  }
  if (seen > MIGRATIONS.length) {
    throw new RollcallError(
      'store-unavailable',
      `${path} was written by a newer Rollcall (schema ${seen}; this one knows ${MIGRATIONS.length}). Start the newer version, or restore a backup from before the upgrade.`,
    )
  }
  database.function('canonical_address', (text) => canonicalAddress(String(text)))
  for (const [index, { name, statements }] of MIGRATIONS.entries()) {
    if (index < seen) continue
    database.exec('begin immediate')
    try {
      for (const statement of statements(SQLITE)) database.exec(statement)
      database.prepare('insert into migrations (number, name) values (?, ?)').run(index + 1, name)
      database.exec('commit')
    } catch (fault) {
      database.exec('rollback')
      throw fault
    }
  }
}

/** @throws RollcallError `store-unavailable` for a file that something else has written. */
export function refuseStranger(database: DatabaseSync, path: string): void {
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all()
  if (tables.length === 0 || tables.some(({ name }) => name === 'migrations')) return
  throw new RollcallError(
    'store-unavailable',
    `${path} is a database of another program. Give Rollcall a file of its own: --store sqlite:PATH.`,
  )
}
