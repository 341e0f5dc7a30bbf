/** What does `GET /v1/whoami` cost, beside answering HTTP at all? */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../test/support/server-process.ts'
import { until } from '../test/support/until.ts'
import { fill } from './fill.ts'
import { figureOf, type Row } from './measure.ts'

const SESSIONS = 100_000
const ROUNDS = 7
const SECONDS = 4
const SERVER = join(import.meta.dirname, 'http-server.ts')
const SCRIPT = join(import.meta.dirname, 'wrk.lua')

/** Compares a bare server with Rollcall, at hand and not, in turn. */
export async function whoami(folder: string): Promise<readonly Row[]> {
  const path = `${folder}/whoami.db`
  const { store, tokens } = await fill(path, SESSIONS)
  await store.close()
  const tokenFile = `${folder}/tokens`
  writeFileSync(tokenFile, `${tokens.join('\n')}\n`)

  const cached = await start('cached', path, tokenFile)
  const answerFile = `${folder}/answer`
  writeFileSync(answerFile, JSON.stringify(await answerOf(cached.url, tokens[0] ?? '')))
  const bare = await start('bare', answerFile, tokenFile)
  const warm = await compare(bare, cached, tokenFile)
  await cached.stop()
  const cold = await start('cold', path, tokenFile)
  const missed = await compare(bare, cold, tokenFile)
  await cold.stop()
  await bare.stop()
  for (const ending of ['', '-wal', '-shm', '-lock', '-owner']) rmSync(path + ending, { force: true })
  return [
    {
      question: 'whoami, 100 k sessions at hand, against bare node:http',
      figure: figureOf(warm),
      unit: '×',
      goal: '≥ 0.90',
    },
    {
      question: 'whoami, nothing at hand (SQLite), against bare node:http',
      figure: figureOf(missed),
      unit: '×',
      goal: '≥ 0.60',
    },
  ]
}

interface Running {
  readonly url: string
  stop(): Promise<void>
}

async function start(kind: string, path: string, tokens: string): Promise<Running> {
  const port = await freePort()
  const words = ['-c', '0', process.execPath, SERVER, kind, String(port), path, tokens]
  const child: ChildProcess = spawn('taskset', words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let said = ''
  child.stdout?.on('data', (chunk) => {
    said += chunk
  })
  const url = `http://127.0.0.1:${port}`
  await until(
    `${kind} answers`,
    () =>
      fetch(url).then(
        () => kind === 'bare' || said.includes('warm'),
        () => false,
      ),
    60_000,
  )
  return {
    url,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function answerOf(
  url: string,
  token: string,
): Promise<{ readonly headers: string[]; readonly body: string }> {
  const response = await fetch(`${url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })
  const body = await response.text()
  const own = ['date', 'connection', 'keep-alive']
  return { headers: [...response.headers].filter(([name]) => !own.includes(name)).flat(), body }
}

/** Requests per second of the second as a share of the first's, pair by pair: bare before and after each run. */
async function compare(bare: Running, rollcall: Running, tokens: string): Promise<number[]> {
  load(bare, tokens, 2)
  load(rollcall, tokens, 4)
  const ratios: number[] = []
  let before = load(bare, tokens, SECONDS)
  for (let round = 0; round < ROUNDS; round++) {
    const own = load(rollcall, tokens, SECONDS)
    const after = load(bare, tokens, SECONDS)
    ratios.push(own / ((before + after) / 2))
    before = after
  }
  return ratios
}

function load({ url }: Running, tokens: string, seconds: number): number {
  const words = ['-c', '1', 'wrk', '-t1', '-c64', `-d${seconds}s`, '-s', SCRIPT, url]
  const { stdout } = spawnSync('taskset', words, {
    env: { ...process.env, TOKENS: tokens, SEED: '1' },
    encoding: 'utf8',
  })
  const [, rate, wrong] = /RESULT ([\d.]+) (\d+)/.exec(stdout ?? '') ?? []
  if (rate === undefined || wrong !== '0') throw new Error(`wrk failed on ${url}: ${stdout}`)
  return Number(rate)
}
