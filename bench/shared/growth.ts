/** How do verifying and listing over HTTP behave by size, on each store, and what does a session take there? */
import { compare, ROUNDS, type Target } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { KINDS, type Kind, type Place, settle } from '../places.ts'
import { type Server, startRollcall } from '../rollcall.ts'

/** The most live sessions; `BENCH_SESSIONS` says otherwise. */
const MOST = Number(process.env.BENCH_SESSIONS ?? 1_000_000)
const SIZES = [MOST / 100, MOST / 10, MOST]

/** The size at which bytes are counted. */
const WEIGHED = MOST / 10

/** Holders who ask, spread over all sessions. */
const ASKING = 10_000
const TIMES = Math.min(ROUNDS, 3)

/** What is asked of a server that has nothing at hand. */
const ASKS = { 'verify (whoami)': '/v1/whoami', "list a user's": '/v1/me/sessions?limit=50' } as const

/** Has a store of each size at a time, and compares each with the smallest in turn. */
export async function growthOverHttp(folder: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of KINDS) rows.push(...(await growthOf(kind, folder)))
  return rows
}

interface Sized {
  readonly size: number
  readonly place: Place
  readonly server: Server

  /** Bytes for each session. */
  readonly bytes: number
}

async function growthOf(kind: Kind, folder: string): Promise<readonly Row[]> {
  const all: Sized[] = []
  for (const size of SIZES) all.push(await sized(kind, folder, size))
  const [least, ...greater] = all
  if (least === undefined) return []
  const rows: Row[] = []
  for (const [what, path] of Object.entries(ASKS))
    for (const { size, server } of greater) {
      process.stderr.write(`  ${what} on ${kind.name} …\n`)
      const { rate } = await compare(at(least.server, path), at(server, path), TIMES)
      rows.push({
        question: `${what} over HTTP on ${kind.name}, ${said(size)} sessions against ${said(least.size)}: time`,
        figure: figureOf(rate.map((share) => 1 / share)),
        unit: '×',
        goal: '≤ 1.3',
      })
    }
  for (const { server, place } of all) {
    await server.stop()
    await place.stop()
  }
  const weighed = all.filter(({ size }) => size === WEIGHED).map(({ bytes }) => bytes)
  return [
    ...rows,
    {
      question: `bytes per session on ${kind.name}, its share of users and all indexes with it, at ${said(WEIGHED)}`,
      figure: figureOf(weighed),
      unit: 'bytes',
      goal: '',
    },
  ]
}

async function sized(kind: Kind, folder: string, size: number): Promise<Sized> {
  process.stderr.write(`  filling ${kind.name} with ${said(size)} …\n`)
  const place = await kind.start(folder)
  await settle(place, folder, { sessions: 0 })
  const before = await place.bytes()
  const population = await settle(place, folder, { sessions: size, most: ASKING })
  const bytes = ((await place.bytes()) - before) / size
  return { size, place, bytes, server: await startRollcall('cold', population) }
}

function at(server: Server, path: string): Target {
  return { ...server, url: new URL(server.url).origin + path }
}

function said(size: number): string {
  return size.toLocaleString('en')
}
