/**
 * Whether a server answers, is ready, and has the same time.
 *
 * @module
 */
import { doubtful, type Finding, well, wrong } from './finding.ts'

/** What is known of a server before it is asked. */
export interface Expected {
  /** Where it should listen; absent where that cannot be told. */
  readonly url: string | undefined
  readonly version: string

  /** The access key to try; absent where none is given. */
  readonly key: string | undefined

  /** Who has the store open, and so should answer. */
  readonly holder: string | undefined
}

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 3_000

/** Milliseconds that clocks may differ, apart from the time that an answer took: the server tells whole seconds. */
const TOLERANCE = 2_000

interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly at: number

  /** Milliseconds from the question to the answer. */
  readonly took: number
}

/** Asks a server, and judges its answers. */
export async function examineServer({ url, version, key, holder }: Expected): Promise<readonly Finding[]> {
  if (url === undefined)
    return [
      doubtful('server', 'Its port is chosen at each start, so it was not asked.', 'Say where it is: --url.'),
    ]
  const about = await ask(`${url}/openapi.json`)
  if (about === undefined) return [examineAbsence(url, holder)]
  const info = objectIn(about.json.info)
  if (info.title !== 'Rollcall')
    return [
      wrong(
        'server',
        `Something else than Rollcall answers at ${url}.`,
        'Stop it, or choose another --port.',
      ),
    ]
  const ready = await ask(`${url}/readyz`)
  const running = String(info.version)
  return [
    ready?.status === 200
      ? well('server', `Rollcall ${running} answers at ${url}, and reaches its store.`)
      : wrong(
          'server',
          `Rollcall ${running} answers at ${url}, and does not reach its store (${String(ready?.json.code ?? 'no answer')}).`,
          'Until it does, requests are answered with 503. Its log says why.',
        ),
    ...(running === version
      ? []
      : [
          doubtful(
            'server',
            `The server is version ${running}, and this is ${version}.`,
            'Restart it after an upgrade.',
          ),
        ]),
    examineSkew(about),
    ...(key === undefined ? [] : [await examineKey(url, key)]),
  ]
}

function examineAbsence(url: string, holder: string | undefined): Finding {
  if (holder === undefined)
    return doubtful(
      'server',
      `No server answers at ${url}.`,
      'Start one: rollcall serve. Or say where it is: --url.',
    )
  return wrong(
    'server',
    `A server has the store open (${holder}), and does not answer at ${url}.`,
    'Say where it listens with --url. If it hangs, end that process; what it acknowledged is safe.',
  )
}

function examineSkew({ at, took }: Answer): Finding {
  if (Number.isNaN(at))
    return doubtful('clock', 'The server does not tell its time.', 'See what stands between.')
  const skew = at - Date.now()
  if (Math.abs(skew) <= TOLERANCE + took)
    return well('clock', 'The server, whose clock decides, has the same time.')
  return doubtful(
    'clock',
    `The clock of the server is ${Math.round(Math.abs(skew) / 1_000)} s ${skew > 0 ? 'ahead' : 'behind'}.`,
    'Its clock decides when sessions expire. Set both right (timedatectl set-ntp true).',
  )
}

async function examineKey(url: string, key: string): Promise<Finding> {
  const answer = await ask(`${url}/v1/overview`, key)
  if (answer?.status !== 401) return well('server', 'It knows the access key.')
  return doubtful(
    'server',
    'It does not know the access key.',
    'Set ROLLCALL_KEY to one that it made: the first start prints one, and "rollcall keys create" makes more.',
  )
}

async function ask(url: string, key?: string): Promise<Answer | undefined> {
  const asked = performance.now()
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    })
    const text = await response.text()
    return {
      status: response.status,
      json: readJson(text),
      at: Date.parse(response.headers.get('date') ?? ''),
      took: performance.now() - asked,
    }
  } catch {
    return undefined
  }
}

function objectIn(value: unknown): Answer['json'] {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function readJson(text: string): Answer['json'] {
  try {
    return objectIn(JSON.parse(text))
  } catch {
    return {}
  }
}
