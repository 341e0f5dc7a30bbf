/** `rollcall doctor`. */
import { SETTINGS } from '../../server/setting-table.ts'
import { drawingFor, written } from '../answer.ts'
import { readUrl } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { EXIT } from '../exit.ts'
import type { Flags } from '../flags.ts'
import { SETTING_FLAGS } from '../setting-flags.ts'

const FLAGS: Flags = {
  ...SETTING_FLAGS,
  url: { value: 'URL', help: 'Where the server is. ROLLCALL_URL, else where these settings make it listen.' },
  json: CLIENT_FLAGS.json,
  ...GENERAL_FLAGS,
}

/** Examines settings, store, disk, clock and server, and leaves them as they were. Exits with 1 where something is wrong. */
export const doctor: Command = defineCommand({
  words: 'doctor',
  summary: 'Examine settings, store, disk, clock and server.',
  flags: FLAGS,
  examples: ['doctor', 'doctor --store sqlite:/var/lib/rollcall/rollcall.db', 'doctor --json'],
  async run({ values, env, terminal }) {
    const argv = [...SETTINGS.map(({ flag }) => flag), 'config'].flatMap((flag) => {
      const value = values[flag]
      return typeof value === 'string' ? [`--${flag}=${value}`] : []
    })
    const given = typeof values.url === 'string' ? values.url : env.ROLLCALL_URL
    const url = given ? readUrl(given).href.replace(/\/$/, '') : undefined
    const [{ examine }, { drawExamination }] = await Promise.all([
      import('../doctor/examine.ts'),
      import('../doctor/draw.ts'),
    ])
    const found = await examine({ argv, env }, url)
    terminal.out(values.json ? `${written(found)}\n` : drawExamination(found, drawingFor({ terminal, env })))
    return found.well ? EXIT.ok : EXIT.failed
  },
})
