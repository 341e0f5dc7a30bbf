/**
 * Processes that a benchmark starts and stops, each on a core of its own choice.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { until } from '../test/support/until.ts'
import { needTools } from './tools.ts'

/** The core of whatever is measured. */
export const SERVER_CORE = '0'

/** The core of everything else: the load, and databases that are processes of their own. */
export const LOAD_CORE = '1'

/** Something that runs until it is stopped. */
export interface Running {
  readonly pid: number

  /** Ends it without a warning, and waits until it is gone. */
  stop(): Promise<void>
}

/** What to start. */
export interface Start {
  /** The core that it gets; `any` leaves that to the system. */
  readonly core: string
  readonly command: readonly string[]

  /** What it writes once it is ready. */
  readonly ready: string

  /** What ends it at once; SIGKILL unless that would leave something of it behind. */
  readonly signal?: NodeJS.Signals
}

/** Starts a process and waits until it is ready. It ends with this one at the latest. */
export async function start({ core, command, ready, signal = 'SIGKILL' }: Start): Promise<Running> {
  needTools('taskset')
  const [program = '', ...words] = core === 'any' ? command : ['taskset', '-c', core, ...command]
  const child: ChildProcess = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const kill = (): unknown => child.kill(signal)
  process.once('exit', kill)
  let said = ''
  let over = false
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', () => {
    over = true
    process.off('exit', kill)
  })
  child.stdout?.on('data', (chunk) => {
    if (!said.includes(ready)) said += chunk
  })
  await until(
    `${command.slice(0, 3).join(' ')} says "${ready}"`,
    () => {
      if (over) throw new Error(`${command.slice(0, 3).join(' ')} ended before it was ready:\n${said}`)
      return said.includes(ready)
    },
    READY_WITHIN,
  )
  return {
    pid: child.pid ?? 0,
    async stop() {
      kill()
      await gone
    },
  }
}

/** Seconds of processor time that a process has used so far, with all its threads. */
export function processorTime(pid: number): number {
  const [, after = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  const fields = after.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Bytes of memory that a process holds. */
export function residentMemory(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1_024
}

/** Milliseconds. Some servers fill themselves first. */
const READY_WITHIN = 600_000

/** Clock ticks a second, as Linux shows times of processes on every machine. */
const TICKS = 100
