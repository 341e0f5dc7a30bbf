/** What do many writers at once get out of a shared store, beside one that waits for each? */
import { type Database, startPostgres, startRedis } from '../databases.ts'
import type { Row } from '../measure.ts'
import { openStore } from '../open-store.ts'
import { issuesAtOnce } from '../stores.ts'

/** A database, what an acknowledged write has reached in it, and what 64 writers are to get out of it. */
interface Written {
  readonly reached: string
  readonly aim?: string
  start(): Promise<Database>
}

/** Any core may run them: nothing else is measured. A writer that waits for no disk leaves little to share. */
const WRITTEN: readonly Written[] = [
  { reached: 'PostgreSQL, on disk before the answer', start: () => startPostgres(ANYWHERE) },
  {
    reached: 'Redis, on disk before the answer',
    start: () => startRedis({ ...ANYWHERE, persistence: 'always' }),
  },
  {
    reached: 'Redis, on disk each second',
    aim: '',
    start: () => startRedis({ ...ANYWHERE, persistence: 'everysec' }),
  },
]

const ANYWHERE = { core: 'any' }

/** Issues sessions by one writer and by many, on each. */
export async function sharedIssues(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const { reached, aim, start } of WRITTEN) {
    process.stderr.write(`  ${reached} …\n`)
    const database = await start()
    const store = await openStore(database.url)
    rows.push(...(await issuesAtOnce(store, `durable issues (${reached})`, aim)))
    await store.close()
    await database.stop()
  }
  return rows
}
