import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { RunningServer } from '../../../src/server/start-server.ts'
import { serverBench } from '../../support/in-process.ts'

/** What OvenMediaEngine signs with, and the server is told. */
export const SECRET = 'what OvenMediaEngine signs with'

/** What is played. */
export const RESOURCE = 'default/app/stream'

/** What OvenMediaEngine sends, as its source writes it. */
export interface Call {
  readonly status?: string
  readonly port?: number
  readonly direction?: string
  readonly protocol?: string
  readonly url?: string
  readonly time?: string
  readonly ip?: string
}

/** Writes a call as its source does. */
export function bodyOf({
  status = 'opening',
  port = 29_291,
  direction = 'outgoing',
  protocol = 'WebRTC',
  url = 'ws://host:3333/app/stream/file?session=my_session',
  time = '2021-05-12T22:45:00.000+09:00',
  ip = '192.0.2.43',
}: Call): string {
  return JSON.stringify({
    client: { address: '211.233.58.86', port, real_ip: ip, user_agent: 'Mozilla/5.0 Firefox/128.0' },
    request: { direction, protocol, status, time, url },
  })
}

/** What it is answered. */
export interface Answer {
  readonly status: number
  readonly json: { readonly allowed?: boolean; readonly lifetime?: number; readonly reason?: string }
}

/** Sends a body with a signature, or without one. */
export async function send(
  { url }: RunningServer,
  body: string,
  signature: string | undefined,
): Promise<Answer> {
  const response = await fetch(`${url}/v1/admissions/ome`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature !== undefined && { 'x-ome-signature': signature }),
    },
    body,
  })
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

/** Signs a body. */
export function sign(body: string, secret: string = SECRET): string {
  return createHmac('sha1', secret).update(body).digest('base64url')
}

/** Sends a call as it should be, and reads the answer. */
export async function ask(server: RunningServer, call: Call = {}): Promise<Answer['json']> {
  const body = bodyOf(call)
  const { status, json } = await send(server, body, sign(body))
  assert.equal(status, 200)
  return json
}

/** Who is listed. */
export async function names({ sessions }: Pick<RunningServer, 'sessions'>): Promise<readonly string[]> {
  return (await sessions.list({ resource: RESOURCE })).items.map(({ name = '' }) => name).sort()
}

/** A server that OvenMediaEngine may call. */
export function bench(...flags: readonly string[]): Promise<RunningServer & AsyncDisposable> {
  return serverBench(`--admission-secret=${SECRET}`, ...flags)
}
