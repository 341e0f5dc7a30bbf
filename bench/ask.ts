/**
 * One request after the other, over connections that stay open.
 *
 * @module
 */
import { Agent, request } from 'node:http'
import { KEY } from './server-task.ts'

/** An answer, and how long it took. */
export interface Asked {
  readonly text: string

  /** From the request's first byte to the answer's last. */
  readonly milliseconds: number
}

/** Asks with the access key of the benchmarks; posts where there is a body. Throws for an answer that refuses. */
export function ask(url: string, body?: unknown): Promise<Asked> {
  const from = performance.now()
  const sent = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        agent,
        method: sent === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${KEY}`,
          ...(sent !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => (text += chunk))
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === undefined || response.statusCode >= 400)
            reject(new Error(`${url} answers ${response.statusCode}: ${text}`))
          else resolve({ text, milliseconds: performance.now() - from })
        })
      },
    )
    asking.on('error', reject)
    asking.end(sent)
  })
}

/** The status of what a holder of a token is answered. */
export function statusOf(url: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const asking = request(url, { agent, headers }, (response) => {
      response.on('error', reject)
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.resume()
    })
    asking.on('error', reject)
    asking.end()
  })
}

const agent = new Agent({ keepAlive: true })
