/** What does `GET /v1/whoami` cost, beside answering HTTP at all? */
import { copyFileSync, writeFileSync } from 'node:fs'
import { ask } from './ask.ts'
import { compare, credentialsOf, headersOf, shareRows, type Target } from './load.ts'
import type { Row } from './measure.ts'
import { depopulate, populate, startBare, startRollcall } from './rollcall.ts'

/** Compares a bare server with Rollcall, at hand and not, in turn. */
export async function whoami(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, 100_000)
  const cached = await startRollcall('cached', population)
  const answer = `${folder}/answer`
  writeFileSync(answer, JSON.stringify(await answerOf(cached)))
  const bare = await startBare(answer, population)
  const warm = await compare(bare, cached)
  await cached.stop()
  const cold = await startRollcall('cold', population)
  const missed = await compare(bare, cold)
  await cold.stop()
  await bare.stop()
  depopulate(population)
  return [
    ...shareRows('whoami, 100 k sessions at hand, against bare node:http', warm, '≥ 0.90'),
    ...shareRows('whoami, nothing at hand (SQLite), against bare node:http', missed, '≥ 0.60'),
  ]
}

/** What do activity, limits and metrics cost it, with somebody reading the metrics each second? */
export async function whoamiExtras(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, 100_000)
  const other = { ...population, path: `${population.path}-before` }
  copyFileSync(population.path, other.path)
  const before = await startRollcall('silent', other)
  const whole = await startRollcall('whole', population)
  const { origin } = new URL(whole.url)
  const scrape = setInterval(() => void ask(`${origin}/metrics`).catch(() => undefined), 1_000)
  const shares = await compare(before, whole)
  clearInterval(scrape)
  await whole.stop()
  await before.stop()
  depopulate(population)
  depopulate(other)
  return shareRows('whoami with activity, limits and metrics, against none of them', shares, '≥ 0.95')
}

/** What a server answers the first of those it knows, without what belongs to the connection. */
export async function answerOf(
  target: Target,
): Promise<{ readonly headers: string[]; readonly body: string }> {
  const [credential = ''] = credentialsOf(target)
  const response = await fetch(target.url, { headers: headersOf(target, credential) })
  const body = await response.text()
  const own = ['date', 'connection', 'keep-alive']
  return { headers: [...response.headers].filter(([name]) => !own.includes(name)).flat(), body }
}
