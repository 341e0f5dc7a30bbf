/**
 * Flags of commands that read the settings of a server.
 *
 * @module
 */
import { SETTINGS } from '../server/setting-table.ts'
import type { Flags } from './flags.ts'

/** One flag for each setting, and the file that they may stand in. */
export const SETTING_FLAGS: Flags = {
  ...Object.fromEntries(
    SETTINGS.map(({ flag, help, fallback, variable }) => [
      flag,
      { value: 'VALUE', help: `${help} (${variable}${fallback ? `, else ${fallback}` : ''})` },
    ]),
  ),
  config: { value: 'FILE', help: 'JSON file with the same settings (ROLLCALL_CONFIG)' },
}
