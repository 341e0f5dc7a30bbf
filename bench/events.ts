/** What do a hundred readers of a thousand events a second take? */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../test/support/until.ts'
import { ask } from './ask.ts'
import { besideRow, steady } from './beside.ts'
import type { Heard } from './ears.ts'
import { ROUNDS } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import { residentMemory } from './processes.ts'
import { depopulate, populate, startRollcall } from './rollcall.ts'

const READERS = 100
const EVENTS_A_SECOND = 1_000

/** What part of what it can bear whoami is asked meanwhile: two cores have the readers to bear as well. */
const SHARE = 1 / 8
const ROUNDS_OF_EVENTS = Math.min(ROUNDS, 5)

/** Issues sessions at that pace, with readers that hear of each, and counts what they heard. */
export async function events(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, 20_000)
  const server = await startRollcall('whole', population, { core: 'any' })
  const { origin } = new URL(server.url)
  const load = await steady(server, SHARE)
  const idle = residentMemory(server.pid)
  const ears = fork(join(import.meta.dirname, 'ears.ts'), [origin, 'session.created', String(READERS)])
  await once(ears, 'message')

  const multiples: number[] = []
  const rates: number[] = []
  const memory: number[] = []
  const behind: number[] = []
  let issued = 0
  for (let round = 0; round < ROUNDS_OF_EVENTS; round++) {
    const before = await load.alone()
    const from = performance.now()
    const first = issued
    multiples.push(
      (await load.during(async (goesOn) => {
        issued += await issueSteadily(origin, EVENTS_A_SECOND, goesOn)
      })) / before,
    )
    const issuedAll = performance.now()
    rates.push((issued - first) / ((issuedAll - from) / 1_000))
    await until('every reader heard everything', async () => (await heardBy(ears)).least >= issued, 60_000)
    behind.push(performance.now() - issuedAll)
    memory.push((residentMemory(server.pid) - idle) / READERS / 1_024)
  }
  await sleep(100)
  const { least, most, dropped } = await heardBy(ears)
  if (most !== issued) throw new Error(`A reader heard ${most} events of ${issued}`)
  ears.kill()
  await server.stop()
  depopulate(population)
  const question = `${READERS} readers`
  return [
    {
      question: `${question}: events a second, told to each`,
      figure: figureOf(rates),
      unit: '',
      goal: '≈ 1000',
    },
    {
      question: `${question}: events that one of them missed, of ${issued.toLocaleString('en')}`,
      figure: figureOf([issued - least]),
      unit: '',
      goal: '0',
    },
    { question: `${question}: dropped`, figure: figureOf([dropped]), unit: '', goal: '0' },
    {
      question: `${question}: from the last issue until all have heard it`,
      figure: figureOf(behind),
      unit: 'ms',
      goal: '',
    },
    {
      question: `${question}: memory of the server for each reader`,
      figure: figureOf(memory),
      unit: 'KiB',
      goal: '',
    },
    besideRow(`${question}: whoami's p99 at an eighth of its load`, multiples, ''),
  ]
}

/** Issues so many sessions a second, at even steps, whatever each takes. Answers how many there were. */
async function issueSteadily(origin: string, perSecond: number, goesOn: () => boolean): Promise<number> {
  const issues: Promise<unknown>[] = []
  const from = performance.now()
  while (goesOn()) {
    const due = ((performance.now() - from) * perSecond) / 1_000
    while (issues.length < due) {
      const user = { id: `user-${issues.length % 5_000}` }
      issues.push(ask(`${origin}/v1/sessions`, { user, kind: 'login' }))
    }
    await sleep(5)
  }
  await Promise.all(issues)
  return issues.length
}

async function heardBy(ears: ReturnType<typeof fork>): Promise<Heard> {
  const answer = once(ears, 'message')
  ears.send('report')
  const [heard] = (await answer) as [Heard]
  return heard
}
