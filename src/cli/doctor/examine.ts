/**
 * The whole examination, of a server that runs or not.
 *
 * @module
 */
import { isRollcallError } from '../../core/errors.ts'
import { type ExplainedSettings, explainSettings } from '../../server/explain-settings.ts'
import { inspectStore, type StoreFacts } from '../../server/inspect-store.ts'
import type { Sources } from '../../server/settings.ts'
import { VERSION } from '../../server/version.ts'
import { examineClock } from './clock.ts'
import { examineDialects } from './dialects.ts'
import { examineDisk } from './disk.ts'
import { type Finding, well, wrong } from './finding.ts'
import { examineServer } from './server.ts'
import { examineStore } from './store.ts'

/** What was found. */
export interface Examination {
  /** Whether nothing is wrong. */
  readonly well: boolean
  readonly findings: readonly Finding[]
  readonly settings: ExplainedSettings['settings']
}

/** Examines everything, and leaves it as it was. */
export async function examine(sources: Sources, url: string | undefined): Promise<Examination> {
  const { settings, mistakes, read } = explainSettings(sources)
  const { facts, findings } = lookAtStore(read.store)
  const all = [
    well(
      'runtime',
      `Rollcall ${VERSION} on Node ${process.versions.node}, ${process.platform} ${process.arch}.`,
    ),
    ...examineSettings(settings.length, mistakes),
    ...(await examineDialects(read)),
    ...findings,
    ...(read.store?.kind === 'sqlite' ? examineDisk(read.store.path) : []),
    await examineClock(),
    ...(await examineServer({
      url: url ?? urlOf(read),
      version: VERSION,
      key: read.key,
      holder: facts?.kind === 'sqlite' ? facts.file?.holder : undefined,
    })),
  ]
  return { well: all.every(({ state }) => state !== 'wrong'), findings: all, settings }
}

function examineSettings(count: number, mistakes: readonly string[]): readonly Finding[] {
  if (mistakes.length === 0) return [well('settings', `All ${count} can be read.`)]
  return mistakes.map((mistake) =>
    wrong('settings', mistake, 'The server does not start until this is mended.'),
  )
}

interface Looked {
  readonly facts?: StoreFacts
  readonly findings: readonly Finding[]
}

/** A store setting that cannot be read is a mistake that has been told already. */
function lookAtStore(setting: ExplainedSettings['read']['store']): Looked {
  if (setting === undefined) return { findings: [] }
  try {
    const facts = inspectStore(setting)
    return { facts, findings: examineStore(facts, Date.now()) }
  } catch (fault) {
    if (!isRollcallError(fault)) throw fault
    return {
      findings: [
        wrong('store', fault.message, 'A server cannot start on it. Check the path, and who you are.'),
      ],
    }
  }
}

const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** Where a server with these settings listens; undefined where each start chooses the port. */
function urlOf({ host, port }: ExplainedSettings['read']): string | undefined {
  if (host === undefined || port === undefined || port === 0) return undefined
  const address = EVERY_ADDRESS[host] ?? host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
