/**
 * Load on a server over HTTP, and two servers beside each other.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { figureOf, type Row } from './measure.ts'
import { LOAD_CORE, processorTime } from './processes.ts'
import { needTools } from './tools.ts'

/** What is asked, by many. */
export interface Target {
  readonly url: string
  readonly pid: number

  /** The header that says who asks, and the word before the credential. */
  readonly field: string
  readonly scheme: string

  /** A file of credentials, one a line. */
  readonly credentials: string

  /** Seconds of load that it gets before anything counts. */
  readonly warmUp: number
}

/** How to load. */
export interface Load {
  readonly seconds: number
  readonly connections?: number

  /** Milliseconds that each connection rests before a request, on average. */
  readonly pause?: number

  /** The core that makes the load; that of the databases unless told otherwise, any where it is "any". */
  readonly core?: string
}

/** What a load met. */
export interface Met {
  /** Requests per second. */
  readonly rate: number

  /** Milliseconds within which 99 of 100 requests were answered. */
  readonly p99: number

  /** Microseconds of processor time that the server took for a request, all its threads together. */
  readonly processor: number
}

/** Shares of one server in what another does, round by round. */
export interface Shares {
  /** In requests per second. */
  readonly rate: readonly number[]

  /** In requests per second of processor time: what stays true while others use the machine. */
  readonly processor: readonly number[]
}

/** How often a comparison is made; `BENCH_ROUNDS` says otherwise. */
export const ROUNDS: number = Number(process.env.BENCH_ROUNDS ?? 7)

/** Seconds that each load lasts; `BENCH_SECONDS` says otherwise. */
export const SECONDS: number = Number(process.env.BENCH_SECONDS ?? 4)

/** Connections of a load unless told otherwise. */
export const CONNECTIONS = 64

/** What the second does as a share of what the first does, round by round: the first before and after each run. */
export async function compare(base: Target, own: Target, rounds: number = ROUNDS): Promise<Shares> {
  await load(base, { seconds: base.warmUp })
  await load(own, { seconds: own.warmUp })
  const rate: number[] = []
  const processor: number[] = []
  let before = await load(base, { seconds: SECONDS })
  for (let round = 0; round < rounds; round++) {
    const met = await load(own, { seconds: SECONDS })
    const after = await load(base, { seconds: SECONDS })
    rate.push(met.rate / ((before.rate + after.rate) / 2))
    processor.push((before.processor + after.processor) / 2 / met.processor)
    before = after
  }
  return { rate, processor }
}

/** The lines of the table about a comparison. */
export function shareRows(question: string, { rate, processor }: Shares, goal: string): readonly Row[] {
  return [
    { question, figure: figureOf(rate), unit: '×', goal },
    { question: `${question}, by processor time`, figure: figureOf(processor), unit: '×', goal: '' },
  ]
}

/** Loads a server. Throws where one request was refused. */
export async function load(target: Target, { seconds, connections, pause, core }: Load): Promise<Met> {
  const { url, pid, field, scheme, credentials } = target
  needTools('taskset', 'wrk')
  const pinned = core === 'any' ? ['wrk'] : ['taskset', '-c', core ?? LOAD_CORE, 'wrk']
  const [command = '', ...words] = [
    ...pinned,
    ...['-t1', `-c${connections ?? CONNECTIONS}`, `-d${seconds}s`, '-s', SCRIPT, url],
  ]
  const own = { CREDENTIALS: credentials, FIELD: field, SCHEME: scheme, SEED: '1', PAUSE: String(pause ?? 0) }
  const before = processorTime(pid)
  const { stdout } = await run(command, words, { env: { ...process.env, ...own } })
  const taken = processorTime(pid) - before
  const [, rate, wrong, p99] = /RESULT ([\d.]+) (\d+) ([\d.]+)/.exec(stdout) ?? []
  if (rate === undefined || wrong !== '0') throw new Error(`wrk failed on ${url}: ${stdout}`)
  return { rate: Number(rate), p99: Number(p99), processor: (taken * 1_000_000) / (Number(rate) * seconds) }
}

/** Reads the credentials of a target. */
export function credentialsOf({ credentials }: Pick<Target, 'credentials'>): string[] {
  return readFileSync(credentials, 'utf8').trim().split('\n')
}

/** The headers of a request with that credential. */
export function headersOf(
  { field, scheme }: Pick<Target, 'field' | 'scheme'>,
  credential: string,
): Record<string, string> {
  return { [field]: scheme + credential }
}

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, 'wrk.lua')
