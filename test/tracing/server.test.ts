import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const TRACING = join(import.meta.dirname, 'to-console.ts')

test('a server that is started with a provider traces, and one without does not', async () => {
  for (const [command, traces] of [
    [[process.execPath, '--import', TRACING, MAIN, 'serve'], true],
    [[process.execPath, MAIN, 'serve'], false],
  ] as const) {
    const server = await startServerProcess({ store: 'memory:', port: await freePort(), command })
    const { status } = await call(server.url, 'POST', '/v1/sessions', KEY, { user: { id: 'ada' } })
    assert.equal(status, 201)
    if (traces) await until('the request was traced', () => server.output().includes("'POST /v1/sessions'"))
    await server.kill('SIGTERM')
    assert.equal(server.output().includes('rollcall.store.insert'), traces)
  }
})
