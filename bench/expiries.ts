/** What does whoami notice of a hundred thousand expiries in one second? */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../test/support/until.ts'
import { besideRow, steady } from './beside.ts'
import { add, draftOf, fill } from './fill.ts'
import { listen } from './listen.ts'
import { ROUNDS, SECONDS } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import { userOf } from './people.ts'
import { depopulate, startRollcall, writeTokens } from './rollcall.ts'

/** Sessions that are due in the same second; `BENCH_SESSIONS` says otherwise. */
const DUE = Math.min(100_000, Number(process.env.BENCH_SESSIONS ?? 100_000))
const HOLDERS = 20_000
const TIMES = Math.min(ROUNDS, 3)

/** How far the seconds lie apart in which so many are due, and how far the first is ahead, in milliseconds. */
const APART = 90_000
const AHEAD = 3_600_000

/** How long a server and its load get before the first are due, in milliseconds. */
const SETTLING = 25_000 + 4_000 * SECONDS

/** Has them expire again and again, each time under a load of whoami. The server's clock is set to just before. */
export async function expiries(folder: string): Promise<readonly Row[]> {
  const path = `${folder}/expiries.db`
  const first = Date.now() + AHEAD
  const { store } = await fill(path, 0)
  const holders = await add(store, HOLDERS, {
    draw: (number) => draftOf(userOf(number), number, { realm: 'holders' }),
  })
  await add(store, DUE * TIMES, {
    draw(number) {
      const due = first + Math.floor(number / DUE) * APART + (number % 1_000)
      return draftOf(userOf(number), number, { lifetime: due - Date.now() })
    },
  })
  await store.close()
  const population = { path, tokens: writeTokens(folder, holders) }
  const ahead = first - SETTLING - Date.now()
  const server = await startRollcall('whole', population, { core: 'any', ahead })
  const load = await steady(server)
  const ear = await listen(new URL(server.url).origin, 'session.ended')
  const multiples: number[] = []
  const lasted: number[] = []
  for (let time = 0; time < TIMES; time++) {
    process.stderr.write(`  ${DUE.toLocaleString('en')} expiries …\n`)
    const due = first - ahead + time * APART
    const before = await load.alone()
    if (Date.now() > due) throw new Error('This machine was not ready in time. Set BENCH_SECONDS lower.')
    await sleep(due - Date.now())
    multiples.push((await load.during(async () => undefined)) / before)
    await until('all of them were told', () => ear.heard() >= DUE * (time + 1), APART)
    if (ear.heard() > DUE * (time + 1))
      throw new Error(`Of ${DUE * (time + 1)} expiries ${ear.heard()} were told`)
    lasted.push((ear.lastAt() - due) / 1_000)
  }
  ear.close()
  await server.stop()
  depopulate(population)
  const many = `${DUE.toLocaleString('en')} expiries in one second`
  return [
    besideRow(`whoami's p99 beside ${many}`, multiples, '< 3'),
    { question: `${many}, until the last was told`, figure: figureOf(lasted), unit: 's', goal: '' },
  ]
}
