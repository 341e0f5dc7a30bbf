import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { appBench } from '../../support/app.ts'

test('events are taken from whoever knows the password, and nothing at all is read of anybody else', async () => {
  let hints = 0
  const hint = (): void => {
    hints += 1
  }
  await using bench = await appBench([], { mediaServers: { janus: { secret: 'it happened', hint } } })
  const url = `${bench.url}/v1/events/janus`
  const as = (password: string) => ({ authorization: `Basic ${btoa(`janus:${password}`)}` })
  const stranger = request(url, {
    method: 'POST',
    headers: { ...as('nothing'), 'content-length': 4_000_000 },
  })
  stranger.on('error', () => undefined)
  stranger.flushHeaders()
  const [{ statusCode }] = await once(stranger, 'response')
  stranger.destroy()
  assert.deepEqual([statusCode, hints], [401, 0], 'refused before a byte of its body')
  const known = await fetch(url, { method: 'POST', headers: as('it happened'), body: 'x'.repeat(100_000) })
  assert.deepEqual([known.status, hints], [204, 1])
  bench.takeBreaches() // Calls of media servers are in no description.
})
