import { join } from 'node:path'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { PlaceKind } from './place.ts'

/** A file, which one node alone can use. */
export const sqlite: PlaceKind = {
  name: 'SQLite',
  missing: false,
  async start() {
    const store = `sqlite:${join(temporaryFolder(), 'rollcall.db')}`
    return { store, flags: [], nodes: 1, async [Symbol.asyncDispose]() {} }
  },
}
