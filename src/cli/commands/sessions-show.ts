/** `rollcall sessions show`. */
import type { WireSession } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import type { Flags } from '../flags.ts'
import { drawSession } from '../session-view.ts'

const FLAGS = {
  realm: { value: 'REALM', help: 'Where to look.' },
  ...CLIENT_FLAGS,
} as const satisfies Flags

/** Shows all that is known of one session, over or not. */
export const sessionsShow: Command = defineCommand({
  words: 'sessions show',
  summary: 'Show all that is known of one session.',
  flags: FLAGS,
  operands: { name: 'ID', help: 'The session, such as ses_….', least: 1, most: 1 },
  async run(call) {
    const [id = ''] = call.operands
    const { realm } = call.values
    const answered = await connect(call.values, call.env).ask<{ readonly session: WireSession }>(
      'GET',
      `/v1/sessions/${encodeURIComponent(id)}`,
      { query: { realm } },
    )
    return answer(call, answered, (drawing) => drawSession(answered.session, drawing))
  },
})
