/** A hundred readers of the event stream in a process of their own, for `events.ts`. */
import { listen } from './listen.ts'

const [origin = '', type = '', count = '0'] = process.argv.slice(2)
const ears = await Promise.all(Array.from({ length: Number(count) }, () => listen(origin, type)))

/** What all of them have heard by now. */
export interface Heard {
  readonly least: number
  readonly most: number
  readonly dropped: number
}

process.on('message', () => {
  const counts = ears.map((ear) => ear.heard())
  const heard: Heard = {
    least: Math.min(...counts),
    most: Math.max(...counts),
    dropped: ears.filter((ear) => ear.dropped()).length,
  }
  process.send?.(heard)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
