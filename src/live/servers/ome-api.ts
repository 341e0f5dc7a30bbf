/**
 * The REST API of OvenMediaEngine Enterprise: who plays there by WebRTC, and ending one of them.
 *
 * It tells names and nothing else, so that two playbacks under one name, one after the other, look alike.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import { listOf, recordOf, wordOf } from './answers.ts'
import { someAtOnce } from './at-once.ts'
import type { MediaServer, Viewer } from './contract.ts'
import { leadsElsewhere, plainPart } from './parts.ts'

/** How to reach it. */
export interface OmeApiOptions {
  /** Where its API is, such as `http://127.0.0.1:8081`. */
  readonly url: string

  /** Its access token, whole. */
  readonly token: string

  /** How long it may take to answer, in milliseconds. 3,000. */
  readonly timeout?: number
}

/** How long may pass from the call of its webhook to the player being listed, in milliseconds. */
const SETTLING = 15_000

/** Makes it a media server. */
export function omeServer({ url, token, timeout = 3_000 }: OmeApiOptions): MediaServer {
  const authorization = `Basic ${Buffer.from(token).toString('base64')}`

  /** Asks for something; answers undefined where it is not there (any more). */
  async function ask(method: 'GET' | 'DELETE', path: readonly string[]): Promise<unknown> {
    if (path.some(leadsElsewhere))
      throw new RollcallError(
        'conflict',
        'OvenMediaEngine cannot be asked for what is called "", "." or "..". Whoever plays under such a name goes on.',
      )
    const target = `${url}/v1/${path.map(encodeURIComponent).join('/')}`
    const response = await fetch(target, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(timeout),
    })
      .then(async (answer) => ({ status: answer.status, body: recordOf(await answer.json()) }))
      .catch((cause: unknown) => {
        throw new RollcallError(
          'busy',
          'OvenMediaEngine does not answer. Its sessions stay for a while.',
          {},
          cause,
        )
      })
    const { status, body } = response
    if (status === 200) return body.response ?? true
    if (status === 404) return undefined
    if (status === 401)
      throw new RollcallError(
        'forbidden',
        'OvenMediaEngine refuses the access token. Set --ome-api-token to its own.',
      )
    throw new RollcallError(
      'conflict',
      `OvenMediaEngine answers ${method} with ${status}: ${wordOf(body.message)}`,
    )
  }

  /** The names there; none where nothing can be asked for, since no webhook lets anybody in there either. */
  async function namesAt(path: readonly string[]): Promise<readonly string[]> {
    if (path.some(leadsElsewhere)) return []
    const found = await ask('GET', path)
    if (found === undefined && path.length > 1) return []
    return listOf(found, 'OvenMediaEngine').filter((each) => typeof each === 'string')
  }

  /** Every path one step below each of those. */
  async function below(
    paths: readonly (readonly string[])[],
    step: string,
  ): Promise<readonly (readonly string[])[]> {
    const found = await someAtOnce(paths, async (path) => {
      const names = await namesAt([...path, step])
      return names.map((name) => [...path, step, name])
    })
    return found.flat()
  }

  return {
    name: 'ome',
    settling: SETTLING,
    async list() {
      let paths: readonly (readonly string[])[] = [[]]
      for (const step of ['vhosts', 'apps', 'streams', 'sessions']) paths = await below(paths, step)
      return paths.map(toViewer)
    },
    async cut({ key }) {
      await ask('DELETE', JSON.parse(key) as readonly string[])
    },
  }
}

function toViewer(path: readonly string[]): Viewer {
  const [, vhost = '', , app = '', , stream = '', , name = ''] = path
  const resource = [vhost, app, stream].map(plainPart).join('/')
  return { key: JSON.stringify(path), resource, name, device: {} }
}
