/**
 * What an end did, in words.
 *
 * @module
 */
import type { WireNodeReceipt, WireReceipt } from '../protocol/answers-nodes.ts'
import { counted } from './phrases.ts'
import { type Column, drawTable } from './table.ts'

/** What the API says that an end did. */
export interface Ended {
  readonly ended: number
  readonly descendants?: number
  readonly receipt?: WireReceipt
}

/** Says what ended; undefined where nothing did. */
export function endedInWords({ ended, descendants = 0 }: Ended): string | undefined {
  if (ended === 0) return undefined
  return `Ended ${counted(ended, 'session')}${descendants === 0 ? '' : `, and ${descendants} under them`}.`
}

/** Says which nodes have heard of an end, where that was waited for. */
export function drawReceipt({ receipt }: Ended, colour: boolean): string {
  if (receipt?.everywhere === undefined) return ''
  const sentence = receipt.everywhere
    ? 'Every node refuses what ended.'
    : 'Not every node has answered in time. Each refuses it at the latest when its lease is over.'
  const table = drawTable(
    receipt.nodes,
    [
      { head: 'NODE', cell: ({ id }) => id },
      { head: 'ADDRESS', cell: ({ address }) => address },
      { head: 'HEARD', cell: heardOf },
      ...(receipt.lines === undefined ? [] : [LINES]),
    ],
    colour,
  )
  return `${sentence}\n\n${table}`
}

const LINES: Column<WireNodeReceipt> = { head: 'LINES', cell: ({ lines }) => lines?.toString() }

function heardOf(node: WireNodeReceipt): string {
  if (node.passed) return `after ${node.took} ms`
  return node.lease === 'over' ? 'asks the store' : 'did not answer'
}
