/**
 * The whole examination, of a server that runs or not.
 *
 * @module
 */
import { isRollcallError } from '../../core/errors.ts'
import { type ExplainedSettings, explainSettings } from '../../server/explain-settings.ts'
import { inspectShared } from '../../server/inspect-shared.ts'
import { inspectStore, type StoreFacts } from '../../server/inspect-store.ts'
import { contradictionsOf } from '../../server/open-store.ts'
import type { Settings } from '../../server/setting-table.ts'
import type { Sources } from '../../server/settings.ts'
import type { StoreSetting } from '../../server/store-values.ts'
import { VERSION } from '../../server/version.ts'
import { examineClock } from './clock.ts'
import { examineDialects } from './dialects.ts'
import { examineDisk } from './disk.ts'
import { type Finding, well, wrong } from './finding.ts'
import { examineServer } from './server.ts'
import { examineShared } from './shared.ts'
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
  const { facts, findings } = await lookAtStore(read)
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
async function lookAtStore({
  store,
  feed,
  durability,
  replicas,
  storePatience,
}: Partial<Settings>): Promise<Looked> {
  if (store === undefined) return { findings: [] }
  const contradictions = contradictionsOf({ store, feed, ...(durability && { durability }) })
  if (contradictions.length > 0) return { findings: examineSettings(0, contradictions) }
  try {
    if (store.kind === 'postgres' || store.kind === 'redis') {
      const settings = { store, feed, durability: durability ?? 'local', replicas: replicas ?? 1 }
      return {
        findings: examineShared(await inspectShared({ ...settings, storePatience: storePatience ?? 2_000 })),
      }
    }
    const facts = inspectStore(store)
    return { facts, findings: examineStore(facts, Date.now()) }
  } catch (fault) {
    if (!isRollcallError(fault)) throw fault
    return {
      findings: [wrong('store', fault.message, `A server cannot start on it. ${ADVICE[store.kind]}`)],
    }
  }
}

const ADVICE: Readonly<Record<StoreSetting['kind'], string>> = {
  memory: '',
  sqlite: 'Check the path, and who you are.',
  postgres: 'Check the URL, and whether it runs. A server waits for one that is only down.',
  redis: 'Check the URL, and whether it runs. A server waits for one that is only down.',
}

const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** Where a server with these settings listens; undefined where each start chooses the port. */
function urlOf({ host, port }: ExplainedSettings['read']): string | undefined {
  if (host === undefined || port === undefined || port === 0) return undefined
  const address = EVERY_ADDRESS[host] ?? host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
