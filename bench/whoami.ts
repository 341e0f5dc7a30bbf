/** What does `GET /v1/whoami` cost, beside answering HTTP at all? */
import { writeFileSync } from 'node:fs'
import { compare, credentialsOf, headersOf, type Target } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import { depopulate, populate, startBare, startRollcall } from './rollcall.ts'

/** Compares a bare server with Rollcall, at hand and not, in turn. */
export async function whoami(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, 100_000)
  const cached = await startRollcall('cached', population)
  const answer = `${folder}/answer`
  writeFileSync(answer, JSON.stringify(await answerOf(cached)))
  const bare = await startBare(answer, population)
  const warm = compare(bare, cached)
  await cached.stop()
  const cold = await startRollcall('cold', population)
  const missed = compare(bare, cold)
  await cold.stop()
  await bare.stop()
  depopulate(population)
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

async function answerOf(target: Target): Promise<{ readonly headers: string[]; readonly body: string }> {
  const [credential = ''] = credentialsOf(target)
  const response = await fetch(target.url, { headers: headersOf(target, credential) })
  const body = await response.text()
  const own = ['date', 'connection', 'keep-alive']
  return { headers: [...response.headers].filter(([name]) => !own.includes(name)).flat(), body }
}
