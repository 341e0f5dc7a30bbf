import { DatabaseSync } from 'node:sqlite'
import type { SessionDraft, SessionStore } from '../../../src/core/store.ts'
import type { Instant } from '../../../src/core/time.ts'
import { sqliteStore } from '../../../src/stores/sql/sqlite/store.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder()
let files = 0

/** A path that no other test uses, in a folder that is gone when this process ends. */
export function freshPath(): string {
  files += 1
  return `${folder}/${files}.db`
}

/** Opens a store with little patience, on the machine's own clock unless told otherwise. */
export function open(path: string, clock: () => Instant = Date.now): Promise<SessionStore> {
  return sqliteStore({ path, clock, patience: 50 })
}

/** Issues so many sessions of Ada's at once and returns their ids. */
export async function issue(
  store: SessionStore,
  count: number,
  draft: (index: number) => Partial<SessionDraft> = () => ({}),
): Promise<string[]> {
  const drafts = Array.from({ length: count }, (_, index) => draftOf(draft(index)))
  await Promise.all(drafts.map((each) => store.insert(each, { by: TESTER })))
  return drafts.map(({ id }) => id)
}

/** Runs statements on a file that no store holds. */
export function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}
