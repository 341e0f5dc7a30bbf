import { request } from 'node:http'
import type { Answer } from './server-process.ts'

/** An answer with its headers as they came. */
export interface RawAnswer {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly json: Answer
}

/** Sends exactly these headers, twice where they stand twice. Hangs up on whatever is upgraded. */
export function raw(
  url: string,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url)
  const flat = [
    ...(headers.some(([name]) => name === 'Host') ? [] : ['Host', host]),
    ...headers.flat(),
    ...(body === '' ? [] : ['Content-Length', String(Buffer.byteLength(body))]),
  ]
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: flat, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const json = text.startsWith('{') ? (JSON.parse(text) as Answer) : {}
        resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: text, json })
      })
    })
    sent.on('upgrade', ({ statusCode = 0, rawHeaders }, socket) => {
      socket.destroy()
      resolve({ status: statusCode, rawHeaders, body: '', json: {} })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Every value of a header of an answer, in order. */
export function valuesOf({ rawHeaders }: RawAnswer, name: string): readonly string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
  )
}
