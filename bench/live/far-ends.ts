/** The far ends of many WebSockets, in a process of their own, for `crowd.ts`. */
import { readFileSync } from 'node:fs'
import { openWebSocket, type WatchedLine } from '../../test/support/lines.ts'

/** What has become of them. */
export interface Standing {
  readonly open: number
  readonly over: number

  /** When the last of those that are over ended, in milliseconds of the wall clock. */
  readonly lastAt: number
}

/** Lines that are being opened at a time. */
const AT_ONCE = 64

const [origin = '', file = ''] = process.argv.slice(2)
const tokens = readFileSync(file, 'utf8').trim().split('\n')
const lines: WatchedLine[] = []

async function lane(): Promise<void> {
  for (let token = tokens.pop(); token !== undefined; token = tokens.pop())
    lines.push(await openWebSocket(origin, token))
}

function standing(): Standing {
  const over = lines.flatMap((line) => line.over() ?? [])
  return {
    open: lines.length - over.length,
    over: over.length,
    lastAt: performance.timeOrigin + Math.max(0, ...over.map(({ at }) => at)),
  }
}

process.on('message', () => process.send?.(standing()))
process.on('disconnect', () => process.exit())
await Promise.all(Array.from({ length: AT_ONCE }, lane))
process.send?.(standing())
