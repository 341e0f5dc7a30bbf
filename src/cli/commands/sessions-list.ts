/** `rollcall sessions list`. */
import type { WireSession } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { LIST_FILTER_FLAGS, readFilter } from '../filter.ts'
import type { Flags } from '../flags.ts'
import { gather } from '../gather.ts'
import { PAGING_FLAGS, readPaging, remarkMore } from '../paging.ts'
import { drawSessions } from '../session-view.ts'

const FLAGS = {
  ...LIST_FILTER_FLAGS,
  realm: { value: 'REALM', help: 'Where to look.' },
  sort: {
    value: 'ORDER',
    choices: ['issued', 'active'],
    help: 'By when they were begun, or last used; begun, unless told otherwise.',
  },
  ...PAGING_FLAGS,
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** Lists sessions, newest first. */
export const sessionsList: Command = defineCommand({
  words: 'sessions list',
  summary: 'List sessions, newest first.',
  leads: true,
  flags: FLAGS,
  examples: [
    'sessions list --user ada',
    'sessions list --status any --all --json',
    "sessions --filter 'browser=Chrome,active-after=15m' --sort active",
  ],
  async run(call) {
    const { realm, sort } = call.values
    const list = await gather<WireSession>(connect(call.values, call.env), {
      path: '/v1/sessions',
      query: { ...readFilter(call.values, LIST_FILTER_FLAGS), realm, sort },
      ...readPaging(call.values),
    })
    const exitCode = answer(call, list, (drawing) =>
      list.items.length === 0 ? 'There are no such sessions.\n' : drawSessions(list.items, drawing),
    )
    remarkMore(call, list, 'session')
    return exitCode
  },
})
