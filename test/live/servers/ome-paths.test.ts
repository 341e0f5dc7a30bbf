import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { MediaServer } from '../../../src/live/servers/contract.ts'
import { omeServer } from '../../../src/live/servers/ome-api.ts'

interface Bench extends AsyncDisposable {
  readonly server: MediaServer

  /** What was asked for. */
  readonly asked: string[]
}

/** An OvenMediaEngine that has these streams, in each of which ada plays. */
async function streams(...names: readonly string[]): Promise<Bench> {
  const asked: string[] = []
  const lists: Readonly<Record<string, readonly string[]>> = {
    vhosts: ['default'],
    apps: ['app'],
    streams: names,
    sessions: ['ada'],
  }
  const http = createServer(({ method, url = '' }, reply) => {
    asked.push(`${method} ${url}`)
    reply.end(JSON.stringify({ response: lists[url.slice(url.lastIndexOf('/') + 1)] }))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    server: omeServer({ url: `http://127.0.0.1:${port}`, token: 'x' }),
    asked,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

test('streams are called the same however OvenMediaEngine writes them, and cut as it writes them', async () => {
  await using bench = await streams('str\u00e9am', 'str%C3%A9am', '100%')
  const { server, asked } = bench
  const viewers = await server.list()
  const resources = viewers.map(({ resource }) => resource)
  assert.deepEqual(resources, ['default/app/str\u00e9am', 'default/app/str\u00e9am', 'default/app/100%'])
  for (const viewer of viewers) await server.cut(viewer)
  assert.deepEqual(
    asked.slice(-3).map((each) => each.split('/')[7]),
    ['str%C3%A9am', 'str%25C3%25A9am', '100%25'],
  )
})

test('a stream that no path leads to hides no other', async () => {
  await using bench = await streams('..', 'stream', '.')
  const { server, asked } = bench
  assert.deepEqual(
    (await server.list()).map(({ resource }) => resource),
    ['default/app/stream'],
  )
  assert.equal(asked.length, 4)
})

test('nothing is asked where the path of a viewer would lead elsewhere', async () => {
  await using bench = await streams()
  const { server, asked } = bench
  for (const name of ['', '.', '..']) {
    const key = JSON.stringify(['vhosts', 'default', 'apps', 'app', 'streams', 'stream', 'sessions', name])
    const viewer = { key, name, resource: 'default/app/stream', device: {} }
    await assert.rejects(server.cut(viewer), (fault) => isRollcallError(fault, 'conflict'), name)
  }
  assert.deepEqual(asked, [])
})
