/** `rollcall denials list` and `rollcall denials lift`. */
import type { WireDenial } from '../../protocol/shapes.ts'
import { answer } from '../answer.ts'
import { connect } from '../api.ts'
import { CLIENT_FLAGS, type Command, defineCommand } from '../command.ts'
import type { Flags } from '../flags.ts'
import { gather } from '../gather.ts'
import { PAGING_FLAGS, readPaging, remarkMore } from '../paging.ts'
import { ago } from '../phrases.ts'
import type { Drawing } from '../session-view.ts'
import { drawTable, harmless } from '../table.ts'

const REALM = { realm: { value: 'REALM', help: 'Where they hold.' } } as const

const LIST_FLAGS = { ...REALM, ...PAGING_FLAGS, ...CLIENT_FLAGS } as const satisfies Flags

const LIFT_FLAGS = { ...REALM, ...CLIENT_FLAGS } as const satisfies Flags

/** Lists who and what is kept out just now. */
export const denialsList: Command = defineCommand({
  words: 'denials list',
  summary: 'List who and what is kept out for a time.',
  leads: true,
  flags: LIST_FLAGS,
  async run(call) {
    const list = await gather<WireDenial>(connect(call.values, call.env), {
      path: '/v1/denials',
      query: { realm: call.values.realm },
      ...readPaging(call.values),
    })
    const exitCode = answer(call, list, (drawing) =>
      list.items.length === 0 ? 'Nobody is kept out.\n' : drawDenials(list.items, drawing),
    )
    remarkMore(call, list, 'denial')
    return exitCode
  },
})

/** Lets somebody or something in again before its time. */
export const denialsLift: Command = defineCommand({
  words: 'denials lift',
  summary: 'Let somebody or something in again.',
  flags: LIFT_FLAGS,
  operands: { name: 'ID', help: 'The denial, as "denials list" names it.', least: 1, most: 1 },
  async run(call) {
    const [id = ''] = call.operands
    const lifted = await connect(call.values, call.env).ask<{ readonly denial: WireDenial }>(
      'DELETE',
      `/v1/denials/${encodeURIComponent(id)}`,
      { query: { realm: call.values.realm } },
    )
    const { key, value } = lifted.denial
    return answer(call, lifted, () => `Lifted: ${key} ${harmless(value)} may come in again.\n`)
  },
})

function drawDenials(denials: readonly WireDenial[], { now, colour }: Drawing): string {
  return drawTable(
    denials,
    [
      { head: 'ID', cell: ({ id }) => id },
      { head: 'KEPT OUT', cell: ({ key }) => key },
      { head: 'VALUE', cell: ({ value }) => value, most: 60 },
      { head: 'SINCE', cell: ({ at }) => ago(at, now) },
      { head: 'ENDS', cell: ({ until }) => ago(until, now) },
      { head: 'BY', cell: ({ by }) => `${by.kind} ${by.id}` },
    ],
    colour,
  )
}
