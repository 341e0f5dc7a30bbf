/** What do foreign APIs cost, beside native routes that do the same work, and how fast is a user's list among a million? */
import { writeFileSync } from 'node:fs'
import { add, type Drawn, draftOf, fill } from './fill.ts'
import { compare, load, ROUNDS, SECONDS, shareRows, type Target } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import { depopulate, type Population, type Server, startRollcall, writeTokens } from './rollcall.ts'
import { FEW, KEY } from './server-task.ts'
import { startNothing } from './yardsticks.ts'

/** Sessions among which lists are made; `BENCH_SESSIONS` says otherwise. */
const MILLION = Number(process.env.BENCH_SESSIONS ?? 1_000_000)

/** Sessions of each user, playbacks of the stream, and users of the realm that holds few: a page of each. */
const PAGE = 50

/** Holders who ask. */
const ASKING = 20_000

/** Something to ask a server for, and who asks. */
type Ask = Pick<Target, 'field' | 'scheme' | 'credentials'> & { readonly path: string }

/** A route of a dialect beside a native one. */
interface Pairing {
  readonly question: string
  readonly native: Ask
  readonly own: Ask
  readonly goal: string
}

/** Compares each dialect's read route with its native likeness, then lists one user's sessions among all. */
export async function dialects(folder: string): Promise<readonly Row[]> {
  process.stderr.write(`  filling ${MILLION.toLocaleString('en')} …\n`)
  const { pairings, lists, ...population } = await populate(folder)
  const server = await startRollcall('whole', population)
  const rows: Row[] = []
  for (const { question, native, own, goal } of pairings) {
    process.stderr.write(`  ${question} …\n`)
    rows.push(...shareRows(question, await compare(at(server, native), at(server, own)), goal))
  }
  const nothing = await startNothing(folder, population)
  for (const [name, ask] of Object.entries(lists)) {
    process.stderr.write(`  a user's sessions, ${name} …\n`)
    rows.push(await listRow(name, at(server, ask), nothing))
  }
  await nothing.stop()
  await server.stop()
  depopulate(population)
  return rows
}

interface Filled extends Population {
  readonly pairings: readonly Pairing[]
  readonly lists: Readonly<Record<string, Ask>>
}

async function populate(folder: string): Promise<Filled> {
  const path = `${folder}/dialects.db`
  const { store, tokens } = await fill(path, MILLION, {
    most: ASKING,
    draw: (number) => draftOf(userOf(number), number),
  })
  await add(store, PAGE, { draw: viewer })
  const [few = ''] = await add(store, PAGE, {
    draw: (number) => draftOf(userOf(number * PAGE), number, { realm: FEW }),
  })
  await store.close()
  const holders = writeTokens(folder, tokens)
  return {
    path,
    tokens: holders,
    ...asks(holders, write(folder, 'few', few), write(folder, 'key', KEY), folder),
  }
}

/** The user of the session of that number: {@link PAGE} each, with ids that every dialect can have. */
function userOf(number: number): string {
  return String(Math.floor(number / PAGE)).padStart(24, '1')
}

function viewer(number: number): Drawn {
  const more = { kind: 'playback', resource: 'default/app/stream', name: `viewer-${number}` } as const
  return draftOf(userOf(number * PAGE), number, more)
}

function asks(holders: string, few: string, key: string, folder: string): Pick<Filled, 'pairings' | 'lists'> {
  const bearer = (path: string, credentials: string): Ask => ({
    path,
    field: 'Authorization',
    scheme: 'Bearer ',
    credentials,
  })
  const basic = { field: 'Authorization', scheme: 'Basic ', credentials: write(folder, 'basic', btoa(KEY)) }
  const whoami = bearer('/api/v1/auth/sessions/whoami', holders)
  const own = bearer(`/v1/me/sessions?limit=${PAGE}`, holders)
  const cumulonimbus = { ...bearer(`/api/user/sessions?limit=${PAGE}`, holders), scheme: '' }
  const datepoll = bearer('/api/v1/user/myself/session', holders)
  const goal = '≥ 0.85'
  return {
    pairings: [
      {
        question: 'crossid: whoami, against whoami through the framework',
        native: { path: '/v1/whoami', field: 'X-Session-Token', scheme: '', credentials: holders },
        own: whoami,
        goal,
      },
      {
        question: 'crossid: whoami, against whoami ahead of the framework',
        native: bearer('/v1/whoami', holders),
        own: whoami,
        goal: '',
      },
      {
        question: `ome: ${PAGE} playbacks of a stream, against the list of sessions`,
        native: bearer(`/v1/sessions?kind=playback&resource=default/app/stream&limit=${PAGE}`, key),
        own: { ...basic, path: '/v1/vhosts/default/apps/app/streams/stream/sessions' },
        goal,
      },
      {
        question: `weplanx: ${PAGE} users who are signed in, against the list of users`,
        native: bearer(`/v1/users?realm=${FEW}&limit=${PAGE}`, key),
        own: { path: `/${FEW}/sessions`, field: 'Cookie', scheme: 'TOKEN=', credentials: few },
        goal,
      },
      {
        question: `cumulonimbus: ${PAGE} logins of the holder and their number, against the holder's list`,
        native: own,
        own: cumulonimbus,
        goal,
      },
      {
        question: `datepoll: ${PAGE} logins of the holder, against the holder's list`,
        native: own,
        own: datepoll,
        goal,
      },
    ],
    lists: { native: own, cumulonimbus, datepoll },
  }
}

function write(folder: string, name: string, credential: string): string {
  const file = `${folder}/${name}.credentials`
  writeFileSync(file, `${credential}\n`)
  return file
}

function at(server: Server, { path, ...ask }: Ask): Target {
  return { ...server, ...ask, url: new URL(server.url).origin + path }
}

/** How many round trips to a server that does nothing fit into one list, one request at a time. */
async function listRow(name: string, target: Target, nothing: Target): Promise<Row> {
  const alone = { seconds: SECONDS, connections: 1 }
  const multiples: number[] = []
  await load(target, { seconds: 1, connections: 1 })
  for (let round = 0; round < ROUNDS; round++) {
    const { rate } = await load(nothing, alone)
    multiples.push(rate / (await load(target, alone)).rate)
  }
  return {
    question: `${PAGE} of a user's sessions among ${MILLION.toLocaleString('en')}, ${name}: against a round trip`,
    figure: figureOf(multiples),
    unit: '×',
    goal: '',
  }
}
