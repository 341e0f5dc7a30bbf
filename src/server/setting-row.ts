/**
 * Writing down one setting.
 *
 * @module
 */
import type { Setting, Settings } from './setting-table.ts'

/** Makes a row of the table. Its variable is named like its flag. */
export function row(
  flag: string,
  field: keyof Settings,
  fallback: string | undefined,
  help: string,
  read: Setting['read'],
): Setting {
  return {
    flag,
    field,
    fallback,
    help,
    read,
    variable: `ROLLCALL_${flag.toUpperCase().replaceAll('-', '_')}`,
  }
}
