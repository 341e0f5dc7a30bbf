/** How does a server with a million sessions search them, end some by a filter, and end them all? */
import { steady } from './beside.ts'
import { endByFilter, endEverything } from './end-many.ts'
import { add, draftOf, fill } from './fill.ts'
import { figureOf, type Row } from './measure.ts'
import { userOf } from './people.ts'
import { depopulate, type Population, startRollcall, writeTokens } from './rollcall.ts'
import { searches } from './search.ts'
import { varied } from './varied.ts'
import { fsyncs, roundTrips, startNothing } from './yardsticks.ts'

/** Sessions that are searched and ended; `BENCH_SESSIONS` says otherwise. */
const MILLION = Number(process.env.BENCH_SESSIONS ?? 1_000_000)

/** Sessions of another realm, whose holders ask who they are all the while. */
const HOLDERS = 20_000

/** Asks the three questions of one and the same file. */
export async function million(folder: string): Promise<readonly Row[]> {
  process.stderr.write(`  filling ${MILLION.toLocaleString('en')} …\n`)
  const population = await populateMillion(folder)
  const server = await startRollcall('whole', population, { core: 'any' })
  const load = await steady(server)
  const nothing = await startNothing(folder, population)
  const rows = [
    {
      question: 'loopback round trip of this run, alone',
      figure: figureOf(await roundTrips(nothing)),
      unit: 'ms',
      goal: '',
    },
    { question: 'fsync of this run', figure: figureOf(fsyncs(folder)), unit: 'ms', goal: '' },
    ...(await searches(server, nothing, load)),
    ...(await endByFilter(server, load)),
    ...(await endEverything(server, load, population.some)),
  ]
  await nothing.stop()
  await server.stop()
  depopulate(population)
  return rows
}

async function populateMillion(folder: string): Promise<Population & { readonly some: readonly string[] }> {
  const path = `${folder}/million.db`
  const { store, tokens } = await fill(path, MILLION, { most: 1_000, draw: varied() })
  const holders = await add(store, HOLDERS, {
    draw: (number) => draftOf(userOf(number), number, { realm: 'holders' }),
  })
  await store.close()
  return { path, tokens: writeTokens(folder, holders), some: tokens }
}
