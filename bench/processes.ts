/**
 * Processes that a benchmark starts and stops, each on a core of its own choice.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
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
  return memoryOf(pid, 'VmRSS')
}

/** What a process took that has ended well. */
export interface Taken {
  readonly seconds: number

  /** Bytes of memory that it held at the most. */
  readonly memory: number

  /** What it wrote, to either stream. */
  readonly output: string
}

/** Runs a process to its end. Throws where that is no good one. */
export async function runThrough(command: readonly string[]): Promise<Taken> {
  const [program = '', ...words] = command
  const from = performance.now()
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (): unknown => child.kill('SIGKILL')
  process.once('exit', kill)
  let output = ''
  let memory = 0
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const look = setInterval(() => {
    if (child.exitCode === null) memory = Math.max(memory, memoryOf(child.pid ?? 0, 'VmHWM') || 0)
  }, 20)
  const [code] = (await once(child, 'close')) as [number | null]
  const seconds = (performance.now() - from) / 1_000
  clearInterval(look)
  process.off('exit', kill)
  if (code !== 0) throw new Error(`${command.slice(0, 4).join(' ')} ended with ${code}:\n${output}`)
  return { seconds, memory, output }
}

/** A field of what the system says of a process, in bytes; not a number where that is gone. */
function memoryOf(pid: number, field: string): number {
  const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readStatus(pid)) ?? []
  return Number(kibibytes) * 1_024
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** Milliseconds. Some servers fill themselves first. */
const READY_WITHIN = 600_000

/** Clock ticks a second, as Linux shows times of processes on every machine. */
const TICKS = 100
