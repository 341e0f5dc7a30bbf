import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawReceipt } from '../../src/cli/ended.ts'
import { drawSession } from '../../src/cli/session-view.ts'
import { toSession } from '../../src/core/session.ts'
import { toWireSession } from '../../src/protocol/shapes.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { draftOf, NOON, TESTER } from '../../src/testing/contract/workbench.ts'

test('a session that is a line is shown with its node, and any other without', async () => {
  const store = memoryStore({ clock: () => NOON })
  const shown = async (draft: Parameters<typeof draftOf>[0]): Promise<string> => {
    const inserted = await store.insert(draftOf(draft), { by: TESTER })
    assert.ok(inserted.ok)
    return drawSession(toWireSession(toSession(inserted.record)), { now: NOON, colour: false })
  }
  assert.match(await shown({ kind: 'playback', node: 'node_one' }), /^node +node_one$/m)
  assert.doesNotMatch(await shown({}), /node/)
})

test('a receipt shows how many lines each node held, where there were any', () => {
  const one = { id: 'node_one', passed: true, took: 4 } as const
  const other = { id: 'node_two', passed: false, lease: 'live' } as const
  const common = { position: '43', everywhere: false }
  const lines = { matched: 4, ended: 3, notReached: 1 }
  const some = {
    ...common,
    nodes: [
      { ...one, lines: 3 },
      { ...other, lines: 1 },
    ],
    lines,
  }
  const drawn = drawReceipt({ ended: 1, receipt: some }, false)
  assert.match(drawn, /HEARD +LINES\n.*after 4 ms +3\n.*did not answer +1\n/s)
  assert.doesNotMatch(drawReceipt({ ended: 1, receipt: { ...common, nodes: [one, other] } }, false), /LINES/)
})
