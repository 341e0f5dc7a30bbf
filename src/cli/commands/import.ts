/** `rollcall import`. */
import { createReadStream, existsSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Imported } from '../../server/moving/move.ts'
import { allOf } from '../../server/moving/tally.ts'
import { written } from '../answer.ts'
import { CLIENT_FLAGS, type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { createProgress } from '../demo/progress.ts'
import { EXIT, misuse } from '../exit.ts'
import { asCommandError, createCounter, inAll, STORE_FLAGS, storeSources } from '../moving.ts'
import type { Terminal } from '../terminal.ts'

const FLAGS = { ...STORE_FLAGS, json: CLIENT_FLAGS.json, ...GENERAL_FLAGS }

/** Takes everything in a file into a store, and looks whether it is there. */
export const importCommand: Command = defineCommand({
  words: 'import',
  summary: 'Take everything that was exported into a store.',
  flags: FLAGS,
  operands: { name: 'FILE', help: 'What "rollcall export" wrote; - for standard input.', least: 1, most: 1 },
  examples: [
    'import sessions.ndjson.gz --store postgres://rollcall@db/rollcall',
    'import - --store redis://cache:6379',
  ],
  async run({ values, operands: [path = ''], env, terminal }) {
    if (path !== '-' && !existsSync(path)) throw misuse(`There is no file ${path}.`)
    const [{ openMovable }, { checkFile, importInto }] = await Promise.all([
      import('../../server/moving/open.ts'),
      import('../../server/moving/move.ts'),
    ])
    try {
      const all =
        path === '-'
          ? undefined
          : allOf((await checkFile(open(path), createCounter(terminal, 'Checked'))).counts)
      const { store, name } = await openMovable(storeSources(values, env))
      try {
        const imported = await importInto(store, open(path), {
          taking: progressOf(terminal, 'Imported', all),
          verifying: progressOf(terminal, 'Verified', all),
        })
        if (values.json) terminal.out(`${written(imported)}\n`)
        else terminal.out(inWords(imported, name))
        return EXIT.ok
      } finally {
        await store.close()
      }
    } catch (fault) {
      throw asCommandError(fault)
    }
  },
})

function progressOf(terminal: Terminal, what: string, all: number | undefined): (done: number) => void {
  if (all === undefined) return createCounter(terminal, what)
  const begun = performance.now()
  const tell = createProgress(terminal, what, all)
  return (done) =>
    tell(done, `${Math.round((1_000 * done) / (performance.now() - begun)).toLocaleString('en')} a second`)
}

async function* open(path: string): AsyncGenerator<Uint8Array> {
  const source = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 262_144 })
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first = await chunks.next()
  if (first.done) return
  const whole = (async function* () {
    yield first.value
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  })()
  const compressed = first.value[0] === 0x1f && first.value[1] === 0x8b
  yield* compressed ? gunzipped(whole) : whole
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { pipeline, Readable } = await import('node:stream')
  const gunzip = createGunzip({ chunkSize: 262_144 })
  pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => undefined)
  yield* gunzip
}

const SAYS: Readonly<Record<Imported['verified'], string>> = {
  whole: 'Read back and compared: the store holds all of it, and nothing else.',
  'beside-others': 'Read back and compared: the store holds all of it, beside what was there.',
  'some-were-there':
    'Some of it was there before and has stayed as it was, so that what is there now was counted and not compared.',
}

function inWords({ counts, taken, verified }: Imported, name: string): string {
  return `Imported ${inAll(counts)} into ${name}; ${taken.toLocaleString('en')} of these were new.\n${SAYS[verified]}\n`
}
