import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCrashes } from './run-crashes.ts'

const folder = temporaryFolder()

test('no acknowledged write is lost and no end is undone, however often the server is killed', async (context) => {
  const report = await runCrashes({ folder, kills: 25, seed: 20_261_121 })
  context.diagnostic(JSON.stringify(report))
  assert.deepEqual(report.violations, [])
  assert.ok(report.issued > 20 && report.ended > 10, 'the clients did get something done')
})

test('the same test catches a server that acknowledges before it writes', async (context) => {
  const command = [process.execPath, join(import.meta.dirname, 'careless-server.ts')]
  const report = await runCrashes({ folder, kills: 5, seed: 7, command })
  context.diagnostic(JSON.stringify({ ...report, violations: report.violations.length }))
  assert.ok(report.undone > 0)
})
