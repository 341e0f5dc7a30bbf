/** `rollcall sessions count`. */
import type { Count } from '../../core/page.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { LIST_FILTER_FLAGS, readFilter } from '../filter.ts'
import type { Flags } from '../flags.ts'
import { estimated } from '../phrases.ts'

const FLAGS = {
  ...LIST_FILTER_FLAGS,
  realm: { value: 'REALM', help: 'Where to count.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** Counts sessions; says "about" where the server estimates. */
export const sessionsCount: Command = defineCommand({
  words: 'sessions count',
  summary: 'Count sessions.',
  flags: FLAGS,
  examples: ['sessions count --type mobile --active-after 15m'],
  async run(call) {
    const query = { ...readFilter(call.values, LIST_FILTER_FLAGS), realm: call.values.realm }
    const count = await connect(call.values, call.env).ask<Count>('GET', '/v1/sessions/count', { query })
    return answer(call, count, () => `${estimated(count, 'session')}\n`)
  },
})
