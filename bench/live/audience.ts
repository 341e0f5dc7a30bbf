/** One who publishes and many who play, in a process of their own, for `media.ts`. */
import { KEY } from '../server-task.ts'
import { type Post, play, publish } from './synthetic.ts'

/** What went over all of them so far. */
export interface Passed {
  readonly sent: number

  /** By all who play together. */
  readonly received: number
}

const [endpoint = '', viewers = '0'] = process.argv.slice(2)

function post(to: 'whip' | 'whep'): Post {
  return async (offer) => {
    const response = await fetch(`${endpoint}/${to}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/sdp',
        ...(to === 'whip' && { authorization: `Bearer ${KEY}` }),
      },
      body: offer,
    })
    if (response.status !== 201) throw new Error(`${to}: ${response.status} ${await response.text()}`)
    return response.text()
  }
}

const sent = await publish(post('whip'))
const received: (() => number)[] = []
for (let viewer = 0; viewer < Number(viewers); viewer++) received.push(await play(post('whep')))

function passed(): Passed {
  return { sent: sent(), received: received.reduce((sum, each) => sum + each(), 0) }
}

process.on('message', () => process.send?.(passed()))
process.on('disconnect', () => process.exit())
process.send?.(passed())
