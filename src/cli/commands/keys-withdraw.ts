/** `rollcall keys withdraw`. */
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'

/** Withdraws an access key. It opens nothing from then on. */
export const keysWithdraw: Command = defineCommand({
  words: 'keys withdraw',
  summary: 'Withdraw an access key at once.',
  flags: CLIENT_FLAGS,
  operands: { name: 'ID', help: 'The key, as "keys list" names it.', least: 1, most: 1 },
  async run(call) {
    const [id = ''] = call.operands
    const withdrawn = await connect(call.values, call.env).ask<object>(
      'DELETE',
      `/v1/keys/${encodeURIComponent(id)}`,
    )
    return answer(call, withdrawn, () => `Withdrew key ${id}. It opens nothing any more.\n`)
  },
})
