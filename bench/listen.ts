/**
 * A reader of the event stream that counts and does no more.
 *
 * @module
 */
import { request } from 'node:http'
import { KEY } from './server-task.ts'

/** A reader of the event stream. */
export interface Ear {
  /** Events so far. */
  heard(): number

  /** The moment of the latest, by the wall clock. */
  lastAt(): number

  /** Whether the server has hung up. */
  dropped(): boolean
  close(): void
}

/** Listens to events of a type from now on. */
export function listen(origin: string, type: string): Promise<Ear> {
  const mark = `\nevent: ${type}\n`
  let heard = 0
  let lastAt = Number.NaN
  let dropped = false
  let rest = ''
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${KEY}`, accept: 'text/event-stream' }
    const asking = request(`${origin}/v1/events?type=${type}`, { headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`The stream answers ${response.statusCode}`))
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => {
        const text = rest + chunk
        for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) heard += 1
        rest = text.slice(Math.max(0, text.length - mark.length + 1))
        lastAt = Date.now()
      })
      response.on('close', () => (dropped = true))
      response.on('error', () => (dropped = true))
      resolve({
        heard: () => heard,
        lastAt: () => lastAt,
        dropped: () => dropped,
        close: () => void asking.destroy(),
      })
    })
    asking.on('error', reject)
    asking.end()
  })
}
