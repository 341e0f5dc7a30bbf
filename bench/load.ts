/**
 * Load on a server over HTTP, and two servers beside each other.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOAD_CORE } from './processes.ts'
import { needTools } from './tools.ts'

/** What is asked, by many. */
export interface Target {
  readonly url: string

  /** The header that says who asks, and the word before the credential. */
  readonly field: string
  readonly scheme: string

  /** A file of credentials, one a line. */
  readonly credentials: string

  /** Seconds of load that it gets before anything counts. */
  readonly warmUp: number
}

/** How often a comparison is made; `BENCH_ROUNDS` says otherwise. */
export const ROUNDS: number = Number(process.env.BENCH_ROUNDS ?? 7)

/** Seconds that each load lasts; `BENCH_SECONDS` says otherwise. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4)
const SCRIPT = join(import.meta.dirname, 'wrk.lua')

/** Requests per second of the second as a share of the first's, round by round: the first before and after each run. */
export function compare(base: Target, own: Target): number[] {
  load(base, base.warmUp)
  load(own, own.warmUp)
  const shares: number[] = []
  let before = load(base, SECONDS)
  for (let round = 0; round < ROUNDS; round++) {
    const rate = load(own, SECONDS)
    const after = load(base, SECONDS)
    shares.push(rate / ((before + after) / 2))
    before = after
  }
  return shares
}

/** Reads the credentials of a target. */
export function credentialsOf({ credentials }: Target): string[] {
  return readFileSync(credentials, 'utf8').trim().split('\n')
}

/** The headers of a request with that credential. */
export function headersOf({ field, scheme }: Target, credential: string): Record<string, string> {
  return { [field]: scheme + credential }
}

/** Requests per second over 64 connections. Throws where one request was refused. */
function load({ url, field, scheme, credentials }: Target, seconds: number): number {
  needTools('taskset', 'wrk')
  const words = ['-c', LOAD_CORE, 'wrk', '-t1', '-c64', `-d${seconds}s`, '-s', SCRIPT, url]
  const { stdout } = spawnSync('taskset', words, {
    env: { ...process.env, CREDENTIALS: credentials, FIELD: field, SCHEME: scheme, SEED: '1' },
    encoding: 'utf8',
  })
  const [, rate, wrong] = /RESULT ([\d.]+) (\d+)/.exec(stdout ?? '') ?? []
  if (rate === undefined || wrong !== '0') throw new Error(`wrk failed on ${url}: ${stdout}`)
  return Number(rate)
}
