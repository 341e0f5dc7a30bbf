/** What do ten thousand WebSockets take on one node, and how soon are they closed? */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../test/support/until.ts'
import { ask } from '../ask.ts'
import { besideRow, type Steady, steady } from '../beside.ts'
import { add, draftOf, fill } from '../fill.ts'
import { ROUNDS } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { LOAD_CORE } from '../processes.ts'
import { depopulate, type Population, writeTokens } from '../rollcall.ts'
import { needTools } from '../tools.ts'
import type { Standing } from './far-ends.ts'
import { type LiveNode, startNode } from './nodes.ts'

/** Lines, and how many of them are one user's; `BENCH_SESSIONS` says otherwise where it is less. */
const LINES = Math.min(10_000, Number(process.env.BENCH_SESSIONS ?? 10_000))
const OF_ONE = LINES / 10

/** Sessions of another realm, whose holders ask who they are all the while. */
const HOLDERS = 20_000

/** Each time it is a new node: what one has taken once it keeps. */
const TIMES = Math.min(ROUNDS, 5)

/** What part of what it can bear the node is asked meanwhile, and for how many seconds, so that what happens then weighs. */
const SHARE = 1 / 4
const WINDOW = 2

/** Milliseconds of them that pass before an end, so that whoever asks is connected. */
const STANDING = 300

/** Such windows that pass before any counts, once all lines are open. */
const SETTLING = 4

/** Opens ten thousand lines, ends those of one user, then all of them. */
export async function crowd(folder: string): Promise<readonly Row[]> {
  const rounds: Round[] = []
  for (let time = 0; time < TIMES; time++) {
    process.stderr.write(`  ${time + 1} of ${TIMES} …\n`)
    rounds.push(await round(folder))
  }
  const figure = (of: (round: Round) => number): Row['figure'] => figureOf(rounds.map(of))
  const lines = `${LINES.toLocaleString('en')} WebSockets on one node`
  const some = `${OF_ONE.toLocaleString('en')} of one user`
  return [
    { question: `${lines}: memory of each`, figure: figure(({ memory }) => memory), unit: 'KiB', goal: '' },
    {
      question: `${lines}: opened a second, 64 at a time`,
      figure: figure(({ rate }) => rate),
      unit: '',
      goal: '',
    },
    {
      question: `${lines}: from the end of ${some} acknowledged to the last of them closed`,
      figure: figure(({ user }) => user.milliseconds),
      unit: 'ms',
      goal: '≤ 1000',
    },
    {
      question: `${lines}: from the end of everyone acknowledged to the last of them closed`,
      figure: figure(({ everyone }) => everyone.milliseconds),
      unit: 'ms',
      goal: '≤ 3000',
    },
    {
      question: `whoami's p99 at a quarter of its load, no line open`,
      figure: figure(({ alone }) => alone),
      unit: 'ms',
      goal: '',
    },
    besideRow(
      "whoami's p99 with all lines open and idle",
      rounds.map(({ idle, alone }) => idle / alone),
      '',
    ),
    besideRow(
      `whoami's p99 in the two seconds in which ${some} are closed`,
      rounds.map(({ user, alone }) => user.p99 / alone),
      '',
    ),
    besideRow(
      `whoami's p99 in the two seconds in which all are closed`,
      rounds.map(({ everyone, alone }) => everyone.p99 / alone),
      '',
    ),
  ]
}

/** What one node did. */
interface Round {
  /** KiB of each line. */
  readonly memory: number

  /** Lines opened a second. */
  readonly rate: number

  /** The p99 of whoami in milliseconds: with no line, and with all of them. */
  readonly alone: number
  readonly idle: number
  readonly user: Cut
  readonly everyone: Cut
}

/** How long lines took to be closed, and the p99 of whoami meanwhile, in milliseconds. */
interface Cut {
  readonly milliseconds: number
  readonly p99: number
}

async function round(folder: string): Promise<Round> {
  const { population, crowd } = await populate(folder)
  const node = await startNode(population)
  const load = await steady(node, SHARE, WINDOW)
  const alone = await load.alone()
  const before = await node.memory()
  const from = performance.now()
  const ends = await farEnds(node, crowd)
  const rate = LINES / ((performance.now() - from) / 1_000)
  const memory = ((await node.memory()) - before) / LINES / 1_024
  for (let time = 0; time < SETTLING; time++) await load.alone()
  const idle = await load.alone()
  const user = await cut({ node, load, ends, selector: { user: ONE }, over: OF_ONE })
  const everyone = await cut({ node, load, ends, selector: { everyone: true }, over: LINES })
  ends.kill()
  await node.stop()
  depopulate(population)
  return { memory, rate, alone, idle, user, everyone }
}

/** Ends what a selector points at, while whoami is asked, and waits until so many lines are over. */
async function cut({
  node,
  load,
  ends,
  selector,
  over,
}: {
  readonly node: LiveNode
  readonly load: Steady
  readonly ends: ChildProcess
  readonly selector: object
  readonly over: number
}): Promise<Cut> {
  let acknowledged = Number.NaN
  const p99 = await load.during(async () => {
    await sleep(STANDING)
    await ask(`${node.origin}/v1/sessions/end`, { selector })
    acknowledged = performance.timeOrigin + performance.now()
  })
  await until(`${over} lines are closed`, async () => (await standingOf(ends)).over >= over, 60_000)
  const { lastAt, over: closed } = await standingOf(ends)
  if (closed > over) throw new Error(`${closed} lines are closed, and ${over} were to be`)
  return { milliseconds: lastAt - acknowledged, p99 }
}

/** Fills a store with the logins of a crowd, one of whom has a tenth of them, and with holders in another realm. */
async function populate(
  folder: string,
): Promise<{ readonly population: Population; readonly crowd: string }> {
  const path = join(folder, 'rollcall.db')
  const draw = (number: number) => draftOf(number < OF_ONE ? ONE : `user-${number}`, number)
  const { store, tokens } = await fill(path, LINES, { draw })
  const holders = await add(store, HOLDERS, {
    draw: (number) => draftOf(`holder-${number}`, number, { realm: 'holders' }),
  })
  await store.close()
  return {
    population: { path, tokens: writeTokens(folder, holders, 'holders') },
    crowd: writeTokens(folder, tokens, 'crowd'),
  }
}

/** Opens a line with each token of a file, from a process that has the core of the load. */
async function farEnds({ origin }: LiveNode, tokens: string): Promise<ChildProcess> {
  needTools('taskset')
  const words = ['-c', LOAD_CORE, process.execPath, FAR_ENDS, origin, tokens]
  const ends = spawn('taskset', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  process.once('exit', () => ends.kill())
  const [standing] = (await Promise.race([once(ends, 'message'), failed(ends)])) as [Standing]
  if (standing.open !== LINES) throw new Error(`${standing.open} lines of ${LINES} are open`)
  return ends
}

async function failed(ends: ChildProcess): Promise<never> {
  const [code] = await once(ends, 'exit')
  throw new Error(
    `The far ends could not be opened (${code}). They take ${LINES + 100} open files in each of two processes: see ulimit -Hn.`,
  )
}

async function standingOf(ends: ChildProcess): Promise<Standing> {
  const answer = once(ends, 'message')
  ends.send('report')
  const [standing] = (await answer) as [Standing]
  return standing
}

const ONE = 'one-user'
const FAR_ENDS = join(import.meta.dirname, 'far-ends.ts')
