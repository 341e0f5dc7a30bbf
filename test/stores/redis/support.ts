import assert from 'node:assert/strict'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/session.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { draftOf, TESTER } from '../../../src/testing/contract/workbench.ts'

/** Begins a session that must be begun. */
export async function begin(store: SessionStore, userId = 'ada'): Promise<SessionRecord> {
  const inserted = await store.insert(draftOf({ userId }), { by: TESTER })
  assert.ok(inserted.ok)
  return inserted.record
}

/** Keeps asking until it is answered, for as long as what happens to the servers lasts. */
export async function persist<Answer>(ask: () => Promise<Answer>, milliseconds = 15_000): Promise<Answer> {
  const deadline = performance.now() + milliseconds
  for (;;) {
    try {
      return await ask()
    } catch (fault) {
      if (!isRollcallError(fault) || performance.now() > deadline) throw fault
    }
  }
}

/** What becomes of a call: its answer, or the code of its failure. */
export function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'done',
    (fault: unknown) => (isRollcallError(fault) ? fault.code : fault),
  )
}
