/**
 * A small server that speaks what the contract of OvenMediaEngine Enterprise's API says of sessions.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One that has the streams `default/app/stream` and `default/app/other`. */
export interface OmeApi extends AsyncDisposable {
  readonly url: string
  readonly token: string

  /** Names that play `default/app/stream`. Tests put them there. */
  readonly playing: Set<string>

  /** Answers every request with this status, where it is set. */
  refuse(status: number | undefined): void
}

interface Answer {
  readonly message: string
  readonly response?: string | readonly string[]
  readonly statusCode: number
}

const TOKEN = 'ome-access-token'

/** What it answers to which path. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  '/v1/vhosts': ['default'],
  '/v1/vhosts/default/apps': ['app'],
  '/v1/vhosts/default/apps/app/streams': ['stream', 'other'],
  '/v1/vhosts/default/apps/app/streams/other/sessions': [],
}

const SESSIONS = '/v1/vhosts/default/apps/app/streams/stream/sessions'

/** Starts one. */
export async function omeApi(): Promise<OmeApi> {
  const playing = new Set<string>()
  let refusal: number | undefined

  function answer(method: string, path: string, authorization: string | undefined): Answer {
    if (refusal !== undefined) return { message: '[HTTP] refused', statusCode: refusal }
    if (authorization !== `Basic ${Buffer.from(TOKEN).toString('base64')}`)
      return { message: '[HTTP] Invalid credential (401)', statusCode: 401 }
    if (method === 'DELETE') {
      const name = decodeURIComponent(path.slice(SESSIONS.length + 1))
      return path.startsWith(`${SESSIONS}/`) && playing.delete(name)
        ? { message: 'OK', statusCode: 200 }
        : { message: 'Not Found', response: 'Could not find the session', statusCode: 404 }
    }
    const response = path === SESSIONS ? [...playing] : LISTS[path]
    return response === undefined
      ? { message: '[HTTP] Controller not found (404)', statusCode: 404 }
      : { message: 'OK', response, statusCode: 200 }
  }

  const server = createServer(({ method = '', url = '', headers }, reply) => {
    const body = answer(method, url, headers.authorization)
    reply.writeHead(body.statusCode, { 'content-type': 'application/json;charset=UTF-8' })
    reply.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    token: TOKEN,
    playing,
    refuse(status) {
      refusal = status
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
