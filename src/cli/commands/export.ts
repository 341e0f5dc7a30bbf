/** `rollcall export`. */
import { once } from 'node:events'
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { VERSION } from '../../server/version.ts'
import { written } from '../answer.ts'
import { CLIENT_FLAGS, type Command, defineCommand, GENERAL_FLAGS } from '../command.ts'
import { CommandError, EXIT, misuse } from '../exit.ts'
import { asCommandError, createCounter, inAll, STORE_FLAGS, storeSources } from '../moving.ts'
import type { Terminal } from '../terminal.ts'

const FLAGS = { ...STORE_FLAGS, json: CLIENT_FLAGS.json, ...GENERAL_FLAGS }

/** Writes everything that a store holds into a file, or to whatever reads on from here. */
export const exportCommand: Command = defineCommand({
  words: 'export',
  summary: 'Write everything that a store holds into a file.',
  flags: FLAGS,
  operands: {
    name: 'FILE',
    help: 'Where to: compressed if it ends in .gz; - for standard output.',
    least: 1,
    most: 1,
  },
  examples: [
    'export sessions.ndjson.gz --store sqlite:./data/rollcall.db',
    'export - --store redis://cache:6379',
  ],
  async run({ values, operands: [path = ''], env, terminal }) {
    if (path !== '-' && existsSync(path))
      throw misuse(`${path} is there already. Take it away, or name another file.`)
    const [{ openMovable }, { exportFrom }] = await Promise.all([
      import('../../server/moving/open.ts'),
      import('../../server/moving/move.ts'),
    ])
    try {
      const { store, name } = await openMovable(storeSources(values, env))
      const sink = path === '-' ? toTerminal(terminal) : toFile(path)
      const interrupted = terminal.interruption()
      try {
        const write = async (lines: string): Promise<void> => {
          if (interrupted.aborted) throw new CommandError('failed', 'The export was broken off, and is gone.')
          await sink.write(lines)
        }
        const { counts, sum } = await exportFrom(store, VERSION, write, createCounter(terminal, 'Exported'))
        await sink.finish()
        const says = `Exported ${inAll(counts)} from ${name}.\n`
        if (values.json && path !== '-') terminal.out(`${written({ counts, sum })}\n`)
        else terminal.err(`${says}${path === '-' ? '' : `${SECRET.replace('FILE', path)}\n`}`)
        return EXIT.ok
      } catch (fault) {
        sink.abandon()
        throw fault
      } finally {
        await store.close()
      }
    } catch (fault) {
      throw asCommandError(fault)
    }
  },
})

const SECRET =
  'FILE has the hashes of tokens and keys, names and addresses in it, though no token and no key: only you may read it (mode 600). Keep it so, and delete it once it is imported.'

/** Where lines go. */
interface Sink {
  write(lines: string): Promise<void>

  /** Keeps what was written. */
  finish(): Promise<void>

  /** Leaves nothing behind. */
  abandon(): void
}

function toTerminal(terminal: Terminal): Sink {
  return {
    async write(lines) {
      terminal.out(lines)
      await terminal.drained()
    },
    finish: async () => undefined,
    abandon: () => undefined,
  }
}

/** A file that has its name only once it is whole, and on the disk. */
function toFile(path: string): Sink {
  const part = `${path}.part`
  const file = createWriteStream(part, { mode: 0o600, flags: 'w', flush: true })
  const first = path.endsWith('.gz') ? createGzip({ level: 6 }) : file
  const done = finished(file)
  done.catch(() => undefined)
  if (first !== file) first.pipe(file)
  return {
    async write(lines) {
      if (!first.write(lines)) await Promise.race([once(first, 'drain'), done])
    },
    async finish() {
      first.end()
      await done
      renameSync(part, path)
    },
    abandon() {
      file.destroy()
      rmSync(part, { force: true })
    },
  }
}
