/** `rollcall sessions show`. */
import type { WireSession } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { drawSession } from '../session-view.ts'

/** Shows all that is known of one session, over or not. */
export const sessionsShow: Command = defineCommand({
  words: 'sessions show',
  summary: 'Show all that is known of one session.',
  flags: CLIENT_FLAGS,
  operands: { name: 'ID', help: 'The session, such as ses_….', least: 1, most: 1 },
  async run(call) {
    const [id = ''] = call.operands
    const answered = await connect(call.values, call.env).ask<{ readonly session: WireSession }>(
      'GET',
      `/v1/sessions/${encodeURIComponent(id)}`,
    )
    return answer(call, answered, (drawing) => drawSession(answered.session, drawing))
  },
})
