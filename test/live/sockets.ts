import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { LineQuery } from '../../src/protocol/queries.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { type RawAnswer, raw } from '../support/raw-request.ts'

/** Milliseconds between two beats, for tests. */
export const BEAT = 100

/** Headers in order. */
export type Headers = readonly (readonly [string, string])[]

/** An application whose lines beat that often. */
export function quickBench(): Promise<AppBench> {
  return appBench([], { linePatience: { heartbeat: BEAT } })
}

/** Opens a line with the package `ws`, and waits until it is said to be open. */
export async function open(
  { url }: AppBench,
  token: string,
  query: LineQuery = {},
): Promise<{ readonly socket: WebSocket; readonly frames: readonly string[] }> {
  const at = `${url.replace('http', 'ws')}/v1/live?${new URLSearchParams({ ...query })}`
  const socket = new WebSocket(at, { headers: { authorization: `Bearer ${token}` } })
  const frames: string[] = []
  socket.on('message', (data) => frames.push(String(data)))
  await once(socket, 'message')
  return { socket, frames }
}

/** Asks for a WebSocket, hangs up once it is there, and answers what came. */
export async function upgrade(url: string, headers: Headers, path = '/v1/live'): Promise<RawAnswer> {
  const given = headers.map(([name]) => name)
  const missing = UPGRADE.filter(([name]) => !given.includes(name))
  return raw(url, 'GET', path, [...missing, ...headers])
}

const UPGRADE: Headers = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
]

/** Opens a line on a bare socket, which does nothing by itself from then on. */
export async function rawLine({ url }: AppBench, token: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(requestFor(url, token))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(String(answer), /^HTTP\/1.1 101 /)
  return socket
}

/** What a bare socket sends to open a line. */
export function requestFor(url: string, token: string): string {
  const headers: Headers = [['Host', new URL(url).host], ['Authorization', `Bearer ${token}`], ...UPGRADE]
  return `GET /v1/live HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
