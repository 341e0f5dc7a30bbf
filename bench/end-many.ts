/** What do endings of very many sessions take, and what does whoami notice of them? */
import { ask } from './ask.ts'
import { besideRow, multiplesOf, paced, type Steady } from './beside.ts'
import { ROUNDS } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import type { Server } from './rollcall.ts'
import { SEARCHES_A_SECOND } from './search.ts'

/** Ends by filter: of the sessions that `varied` draws one in a hundred is a television's, one in seven a tablet's. */
export async function endByFilter(server: Server, load: Steady): Promise<readonly Row[]> {
  process.stderr.write('  end by filter …\n')
  const { origin } = new URL(server.url)
  const times: number[] = []
  const end = async (type: string, dryRun: boolean): Promise<void> => {
    const { milliseconds, text } = await ask(`${origin}/v1/sessions/end`, {
      selector: { filter: { type } },
      reason: 'revoked',
      dryRun,
    })
    if (dryRun) return
    const { ended } = JSON.parse(text) as { readonly ended: number }
    if (ended === 0) throw new Error(`Ending ${type} by filter ended ${ended}`)
    times.push(milliseconds / ended)
  }
  const multiples = await multiplesOf(load, [
    () => end('tv', false),
    () => end('tablet', false),
    (goesOn) => paced(SEARCHES_A_SECOND, goesOn, () => end('mobile', true)),
  ])
  return [
    { question: 'end by filter, for each session ended', figure: figureOf(times), unit: 'ms', goal: '' },
    besideRow("whoami's p99 beside ends by filter, and dry runs of them", multiples),
  ]
}

/** Ends everything of a realm whose tokens are `some` of; whoami is asked by holders of another realm. */
export async function endEverything(
  server: Server,
  load: Steady,
  some: readonly string[],
): Promise<readonly Row[]> {
  process.stderr.write('  end everything …\n')
  const { origin } = new URL(server.url)
  const before = await load.alone()
  const { milliseconds, text } = await ask(`${origin}/v1/sessions/end`, { selector: { everyone: true } })
  const { ended } = JSON.parse(text) as { readonly ended: number }
  let alive = 0
  for (const token of some) {
    const { status } = await fetch(server.url, { headers: { authorization: `Bearer ${token}` } })
    if (status !== 401) alive += 1
  }
  const during: number[] = []
  for (let round = 0; round < ROUNDS; round++)
    during.push((await load.during(async () => undefined)) / before)
  const { text: left } = await ask(`${origin}/v1/sessions?realm=holders&limit=1`)
  if (!left.includes('"id"')) throw new Error('Ending a realm ended another too')
  return [
    {
      question: `end everything of a realm: ${ended.toLocaleString('en')} sessions, acknowledged`,
      figure: figureOf([milliseconds]),
      unit: 'ms',
      goal: '≤ 1000',
    },
    {
      question: `left alive by that, of ${some.length} asked`,
      figure: figureOf([alive]),
      unit: '',
      goal: '0',
    },
    besideRow("whoami's p99 while the tidier writes the single endings", during, '≈ 1'),
  ]
}
