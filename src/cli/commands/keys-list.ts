/** `rollcall keys list`. */
import type { WireKey, WirePage } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { ago } from '../phrases.ts'
import { drawTable } from '../table.ts'

/** Lists access keys, withdrawn ones too. Their secrets are nowhere to be had. */
export const keysList: Command = defineCommand({
  words: 'keys list',
  summary: 'List access keys.',
  flags: CLIENT_FLAGS,
  async run(call) {
    const list = await connect(call.values, call.env).ask<WirePage<WireKey>>('GET', '/v1/keys')
    return answer(call, list, ({ now, colour }) =>
      list.items.length === 0
        ? 'There are no access keys.\n'
        : drawTable(
            list.items,
            [
              { head: 'ID', cell: ({ id }) => id },
              { head: 'NAME', cell: ({ name }) => name, most: 40 },
              { head: 'REALM', cell: ({ realm }) => realm },
              { head: 'SCOPES', cell: ({ scopes }) => scopes.join(', ') },
              { head: 'CREATED', cell: ({ createdAt }) => ago(createdAt, now) },
              { head: 'WITHDRAWN', cell: ({ withdrawnAt }) => withdrawnAt && ago(withdrawnAt, now) },
            ],
            colour,
          ),
    )
  },
})
