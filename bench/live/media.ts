/** What does passing a stream on take, beside a bare echo of werift's, and how soon does somebody who asks see a picture? */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSite } from '../../test/browser/pages.ts'
import { freePort } from '../../test/support/server-process.ts'
import { ROUNDS, SECONDS } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { LOAD_CORE, processorTime, type Running, SERVER_CORE, start } from '../processes.ts'
import { depopulate, populate } from '../rollcall.ts'
import { needTools } from '../tools.ts'
import { roundTrips, startNothing } from '../yardsticks.ts'
import type { Passed } from './audience.ts'
import { firstPictures } from './first-pictures.ts'
import { forPages, type LiveNode, startNode } from './nodes.ts'
import { waits } from './reach.ts'
import { PACKETS_A_SECOND } from './synthetic.ts'

/** Viewers of the stream: as many as the process that plays can bear on one core, and fewer. */
const VIEWERS = [10, 30]

/** How often each is measured. */
const TIMES = Math.min(ROUNDS, 5)

/** Passes a stream on to viewers, in turn with the echo; then lets players ask for one. */
export async function media(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, 100)
  const nothing = await startNothing(folder, population)
  const rows: Row[] = waits('loopback round trip of this run', await roundTrips(nothing), '')
  await nothing.stop()
  const node = await startNode(population)
  for (const viewers of VIEWERS) {
    process.stderr.write(`  ${viewers} viewers …\n`)
    rows.push(...(await passingOn(node, viewers)))
  }
  await node.stop()
  process.stderr.write('  first pictures …\n')
  await using site = await openSite()
  const free = await startNode(population, forPages(site))
  rows.push(...(await firstPictures(free, site)))
  await free.stop()
  depopulate(population)
  return rows
}

async function passingOn(node: LiveNode, viewers: number): Promise<readonly Row[]> {
  const own: Passage[] = []
  const echoed: Passage[] = []
  for (let time = 0; time < TIMES; time++) {
    const echo = await startEcho()
    echoed.push(await passage(echo.pid, echo.endpoint, viewers))
    await echo.stop()
    own.push(await passage(node.pid, `${node.origin}/bench/round-${viewers}-${time}`, viewers))
  }
  const ratios = own.map(({ processor }, time) => processor / (echoed[time]?.processor ?? Number.NaN))
  const question = `${viewers} viewers at 2 Mbit/s`
  const processor = (passages: readonly Passage[]) => figureOf(passages.map((each) => each.processor))
  const delivered = (passages: readonly Passage[]) => figureOf(passages.map((each) => each.delivered * 100))
  return [
    {
      question: `${question}: processor time for each packet passed on`,
      figure: processor(own),
      unit: 'µs',
      goal: '',
    },
    { question: `${question}: the same, bare werift echo`, figure: processor(echoed), unit: 'µs', goal: '' },
    {
      question: `${question}: processor time, against a bare werift echo`,
      figure: figureOf(ratios),
      unit: '×',
      goal: '≤ 1',
    },
    {
      question: `${question}: viewers that one core would bear`,
      figure: figureOf(own.map((each) => 1_000_000 / (each.processor * PACKETS_A_SECOND))),
      unit: '',
      goal: '',
    },
    { question: `${question}: packets that arrived`, figure: delivered(own), unit: '%', goal: '≥ 99.9' },
    {
      question: `${question}: packets that arrived, bare werift echo`,
      figure: delivered(echoed),
      unit: '%',
      goal: '',
    },
  ]
}

/** What passing a stream on took. */
interface Passage {
  /** Microseconds of processor time for each packet that left for a viewer, all threads together. */
  readonly processor: number

  /** What part of what was sent arrived at each viewer. */
  readonly delivered: number
}

async function passage(pid: number, endpoint: string, viewers: number): Promise<Passage> {
  const audience = await audienceOf(endpoint, viewers)
  await sleep(1_000)
  const before = await passed(audience)
  const from = processorTime(pid)
  await sleep(SECONDS * 1_000)
  const after = await passed(audience)
  const taken = processorTime(pid) - from
  audience.kill()
  const due = (after.sent - before.sent) * viewers
  return { processor: (taken * 1_000_000) / due, delivered: (after.received - before.received) / due }
}

/** Starts one who publishes there and so many who play, on the core of the load. */
async function audienceOf(endpoint: string, viewers: number): Promise<ChildProcess> {
  needTools('taskset')
  const audience = fork(AUDIENCE, [endpoint, String(viewers)], {
    execPath: 'taskset',
    execArgv: ['-c', LOAD_CORE, process.execPath],
  })
  process.once('exit', () => audience.kill())
  await Promise.race([once(audience, 'message'), failed(audience)])
  return audience
}

async function failed(audience: ChildProcess): Promise<never> {
  const [code] = await once(audience, 'exit')
  throw new Error(`The peers could not connect (${code})`)
}

async function passed(audience: ChildProcess): Promise<Passed> {
  const answer = once(audience, 'message')
  audience.send('report')
  const [figures] = (await answer) as [Passed]
  return figures
}

async function startEcho(): Promise<Running & { readonly endpoint: string }> {
  const port = await freePort()
  const running = await start({
    core: SERVER_CORE,
    command: [process.execPath, ECHO, String(port)],
    ready: 'echoes',
  })
  return { ...running, endpoint: `http://127.0.0.1:${port}` }
}

const ECHO = join(import.meta.dirname, 'echo.ts')
const AUDIENCE = join(import.meta.dirname, 'audience.ts')
