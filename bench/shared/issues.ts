/** What do many writers at once get out of a shared store, beside one that waits for each? */
import { startPostgres, startRedis } from '../databases.ts'
import type { Row } from '../measure.ts'
import { openStore } from '../open-store.ts'
import { issuesAtOnce } from '../stores.ts'

/** Databases, by what an acknowledged write has reached in each. Any core may run them: nothing else is measured. */
const DATABASES = {
  'PostgreSQL, on disk before the answer': () => startPostgres(ANYWHERE),
  'Redis, on disk before the answer': () => startRedis({ ...ANYWHERE, persistence: 'always' }),
  'Redis, on disk each second': () => startRedis({ ...ANYWHERE, persistence: 'everysec' }),
} as const

const ANYWHERE = { core: 'any' }

/** Issues sessions by one writer and by many, on each. */
export async function sharedIssues(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [name, begin] of Object.entries(DATABASES)) {
    process.stderr.write(`  ${name} …\n`)
    const database = await begin()
    const store = await openStore(database.url)
    rows.push(...(await issuesAtOnce(store, `durable issues (${name})`)))
    await store.close()
    await database.stop()
  }
  return rows
}
