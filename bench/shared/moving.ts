/** What does moving a million sessions from a SQLite file to a shared store take, and do their tokens keep working? */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { statusOf } from '../ask.ts'
import { credentialsOf } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { type Kind, SHARED, SQLITE, settle } from '../places.ts'
import { runThrough, type Taken } from '../processes.ts'
import { startRollcall } from '../rollcall.ts'

/** Sessions that move; `BENCH_SESSIONS` says otherwise. */
const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 1_000_000)

/** Tokens that are tried where their sessions have gone. */
const TRIED = 1_000

/** Gives everything away once, and has each shared store take it in. */
export async function moving(folder: string): Promise<readonly Row[]> {
  process.stderr.write(`  filling ${said(SESSIONS)} …\n`)
  const source = await SQLITE.start(folder)
  const { tokens } = await settle(source, folder, { sessions: SESSIONS, most: TRIED })
  const file = join(folder, 'moving.ndjson')
  process.stderr.write('  export …\n')
  const given = await rollcall('export', file, '--store', `sqlite:${source.path}`)
  await source.stop()
  const rows = [
    ...rowsOf(`export of ${said(SESSIONS)} sessions from SQLite`, given),
    row(`what was exported, for each session`, statSync(file).size / SESSIONS, 'bytes'),
  ]
  for (const kind of SHARED) rows.push(...(await into(kind, { folder, file, tokens })))
  rmSync(file)
  return rows
}

async function into(
  kind: Kind,
  { folder, file, tokens }: { readonly folder: string; readonly file: string; readonly tokens: string },
): Promise<readonly Row[]> {
  process.stderr.write(`  import into ${kind.name} …\n`)
  const place = await kind.start(folder, { core: 'any' })
  const taken = await rollcall('import', file, '--store', place.path)
  if (!taken.output.includes('holds all of it, and nothing else'))
    throw new Error(`The import was not verified:\n${taken.output}`)
  const server = await startRollcall('cold', { path: place.path, tokens }, { core: 'any' })
  const old = credentialsOf(server)
  let refused = 0
  for (const token of old) if ((await statusOf(server.url, token)) !== 200) refused += 1
  await server.stop()
  await place.stop()
  return [
    ...rowsOf(`import of them into ${kind.name}, read back and compared`, taken),
    row(`tokens that no longer work on ${kind.name}, of ${old.length} tried`, refused, '', '0'),
  ]
}

/** Runs the command line. */
function rollcall(...words: readonly string[]): Promise<Taken> {
  return runThrough([process.execPath, MAIN, ...words])
}

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

function rowsOf(question: string, { seconds, memory }: Taken): readonly Row[] {
  return [row(question, seconds, 's'), row(`${question}: memory at the most`, memory / 1_048_576, 'MiB')]
}

function row(question: string, value: number, unit: string, goal = ''): Row {
  return { question, figure: figureOf([value]), unit, goal }
}

function said(sessions: number): string {
  return sessions.toLocaleString('en')
}
