/** What does a page of a search take among a million sessions, and what does whoami notice of it? */
import { ask } from './ask.ts'
import { besideRow, multiplesOf, paced, type Steady } from './beside.ts'
import { ROUNDS } from './load.ts'
import { figureOf, quantile, type Row } from './measure.ts'
import { originOf, userOf } from './people.ts'
import type { Server } from './rollcall.ts'

/** Searches and dry runs a second: a busy console. */
export const SEARCHES_A_SECOND = 25

/** The number of a session that is neither among the first nor among the last. */
const MIDDLE = 25_000

/** Every way to narrow a list down, and what is sent for it. */
const FILTERS: Readonly<Record<string, string>> = {
  'no filter': '',
  'no filter, by activity': 'sort=active',
  user: `user=${userOf(MIDDLE)}`,
  kind: 'kind=playback',
  'status ended': 'status=ended',
  'device type': 'type=tv',
  'device type, rare': 'type=bot',
  browser: 'browser=Safari',
  'browser, rare': 'browser=Googlebot',
  system: 'os=Android',
  address: `address=${originOf(MIDDLE).ip}`,
  network: 'address=203.0.17.0/24',
  resource: 'resource=default/live/stream-52',
  'resource prefix': 'resourcePrefix=default/live/',
  name: `name=p-52`,
  'issued after': 'issuedAfter=1h',
  'issued before': 'issuedBefore=30s',
  'active after': 'activeAfter=1h',
  'active before, by activity': 'activeBefore=30s&sort=active',
  reason: 'reason=revoked',
  level: 'level=3',
  label: 'label=Work%20laptop',
  'label, rare': 'label=Boat',
  text: 'text=pixel',
  'text, of nobody': 'text=zeppelin',
}

/**
 * First pages of each filter while whoami runs at half load, beside round trips to a server that does nothing, made
 * between them.
 */
export async function searches(server: Server, nothing: Server, load: Steady): Promise<readonly Row[]> {
  const { origin } = new URL(server.url)
  const rows: Row[] = []
  const multiples: Record<string, number[]> = {}
  for (const [name, query] of Object.entries(FILTERS)) {
    process.stderr.write(`  search by ${name} …\n`)
    const rounds: number[] = []
    const search = async (goesOn: () => boolean): Promise<void> => {
      const times: number[] = []
      const trips: number[] = []
      await paced(SEARCHES_A_SECOND, goesOn, async () => {
        trips.push((await ask(nothing.url)).milliseconds)
        times.push((await ask(`${origin}/v1/sessions?limit=50&${query}`)).milliseconds)
      })
      rounds.push(quantile(times, 0.99) / quantile(trips, 0.99))
    }
    multiples[name] = await multiplesOf(load, Array<typeof search>(Math.min(ROUNDS, 3)).fill(search))
    rows.push({
      question: `search by ${name}: first page's p99 against a round trip's`,
      figure: figureOf(rounds),
      unit: '×',
      goal: '',
    })
  }
  const medians = Object.entries(multiples).map(([name, runs]) => [name, figureOf(runs).median] as const)
  const [worst = ''] = medians.sort(([, a], [, b]) => b - a)[0] ?? []
  return [
    ...rows,
    besideRow(
      `whoami's p99 beside searches by each filter, ${SEARCHES_A_SECOND} a second`,
      Object.values(multiples).flat(),
    ),
    besideRow(`the same, beside the filter that moves it most (${worst})`, multiples[worst] ?? []),
  ]
}
