/** `rollcall nodes`. */
import type { WireAnswers } from '../../protocol/answers.ts'
import type { WireNode } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import { ago } from '../phrases.ts'
import { drawTable } from '../table.ts'

/** Lists the nodes that share the store of a server. */
export const nodesList: Command = defineCommand({
  words: 'nodes',
  summary: 'List the nodes that share the store, with their leases.',
  flags: CLIENT_FLAGS,
  async run(call) {
    const list = await connect(call.values, call.env).ask<WireAnswers['NodeList']>('GET', '/v1/nodes')
    const at = Date.parse(list.at)
    return answer(call, list, ({ colour }) =>
      drawTable(
        list.items,
        [
          { head: 'ID', cell: ({ id, own }) => (own ? `${id} (asked)` : id) },
          { head: 'ADDRESS', cell: ({ address }) => address },
          { head: 'VERSION', cell: ({ version }) => version },
          { head: 'JOINED', cell: ({ joinedAt }) => ago(joinedAt, at) },
          { head: 'HEARD', cell: ({ renewedAt }) => `${at - Date.parse(renewedAt)} ms ago` },
          { head: 'LEASE', cell: (node) => leaseOf(node, at) },
          { head: 'POSITION', cell: ({ position }) => position, most: 40 },
        ],
        colour,
      ),
    )
  },
})

/** For how much longer it may vouch, by the store's clock. */
function leaseOf({ lease, leaseUntil }: WireNode, at: number): string {
  return lease === 'over' ? 'over: asks the store' : `${Date.parse(leaseUntil) - at} ms`
}
