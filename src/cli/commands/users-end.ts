/** `rollcall users end`. */
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { type Command, defineCommand } from '../command.ts'
import { type Ended, endedInWords } from '../ended.ts'
import { ONE_USER, USER_FLAGS, userPath } from '../one-user.ts'

/** Signs a user out everywhere. They may sign in again. */
export const usersEnd: Command = defineCommand({
  words: 'users end',
  summary: 'Sign a user out everywhere.',
  flags: USER_FLAGS,
  operands: ONE_USER,
  async run(call) {
    const { realm } = call.values
    const ended = await connect(call.values, call.env).ask<Ended>(
      'DELETE',
      `${userPath(call.operands)}/sessions`,
      { query: { realm } },
    )
    return answer(
      call,
      ended,
      () => `${endedInWords(ended) ?? 'Nothing to end: no session of theirs is live.'}\n`,
    )
  },
})
