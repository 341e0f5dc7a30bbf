import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { janusServer } from '../../../src/live/servers/janus.ts'
import { type Followed, follow } from '../../../src/live/servers/reconcile.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { serverBench } from '../../support/in-process.ts'
import { type Janus, janus, WITHOUT_JANUS } from '../../support/janus.ts'
import { type JanusViewer, watchJanus } from '../../support/janus-viewer.ts'
import { freePort } from '../../support/server-process.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'

const FIRST = 'janus/streaming/1'

interface JanusBench extends AsyncDisposable {
  readonly server: Janus
  readonly sessions: SessionManager
  readonly followed: Followed
  readonly faults: unknown[]
  names(resource?: string): Promise<readonly string[]>

  /** Begins to watch a stream. Whoever still does at the end is gone then. */
  watch(stream: number, name?: string): Promise<JanusViewer>
}

/** A Janus that is looked at five times a second. */
async function janusBench(
  options: { readonly patience?: number; readonly every?: number } = {},
): Promise<JanusBench> {
  const env = nodeEnv()
  const server = await janus()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const faults: unknown[] = []
  const followed = follow({
    server: janusServer({ url: server.admin, secret: server.secret, timeout: 2_000 }, env),
    sessions,
    env,
    realm: 'default',
    every: 200,
    report: (fault) => void faults.push(fault),
    ...options,
  })
  const viewers: JanusViewer[] = []
  return {
    server,
    sessions,
    followed,
    faults,
    async names(resource = FIRST) {
      const { items } = await sessions.list({ resource })
      return items.map(({ name = '' }) => name).sort()
    },
    async watch(stream, name) {
      const viewer = await watchJanus(server.url, stream, name)
      viewers.push(viewer)
      return viewer
    },
    async [Symbol.asyncDispose]() {
      for (const viewer of viewers) viewer.kill()
      await followed.close()
      await sessions.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('viewers of Janus', { skip: WITHOUT_JANUS }, () => {
  test('are playbacks, under the names they gave', async () => {
    await using bench = await janusBench()
    const { sessions, names, watch } = bench
    const ada = await watch(1, 'ada')
    await watch(2)
    await until('both are listed', async () => (await sessions.list()).items.length === 2)
    assert.deepEqual(await names(), ['ada'])
    const [unnamed = ''] = await names('janus/streaming/2')
    assert.match(unnamed, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const [session] = (await sessions.list({ resource: FIRST })).items
    assert.equal(session?.kind, 'playback')
    assert.equal(session?.node, undefined, 'no line of this installation')
    assert.ok(session?.device.ip, 'the address that media goes to')
    ada.leave()
    await until('whoever left is not listed', async () => (await names()).length === 0)
    assert.equal((await names('janus/streaming/2')).length, 1)
    const over = await sessions.get(session?.id ?? '')
    assert.equal(over?.ending?.reason, 'closed')
  })

  test('lose the picture when their session is ended, and the others go on', async () => {
    await using bench = await janusBench()
    const { sessions, names, followed, watch } = bench
    const [ada, bob] = [await watch(1, 'ada'), await watch(1, 'bob')]
    await until('both are listed', async () => (await names()).length === 2)
    const [session] = (await sessions.list({ resource: FIRST, name: 'ada' })).items
    const began = performance.now()
    const { ended } = await sessions.end({ id: session?.id ?? '' }, REVOKED)
    await until('the connection is closed', () => ada.dtls() === 'closed')
    assert.equal(ended, 1)
    assert.ok(performance.now() - began < 500, `it took ${performance.now() - began} ms`)
    await until('the cut is counted', () => followed.stats().cuts === 1)
    await until('nobody but bob watches', async () => followed.stats().viewers === 1)
    assert.deepEqual(await names(), ['bob'])
    assert.equal(bob.dtls(), 'connected')
  })

  test('who come back at once are cut again for as long as their name is kept out', async () => {
    await using bench = await janusBench()
    const { sessions, names, watch } = bench
    await watch(1, 'ada')
    await until('she is listed', async () => (await names()).length === 1)
    await sessions.end({ resource: FIRST, name: 'ada' }, { ...REVOKED, deny: { keys: ['name'], span: '1m' } })
    const again = await watch(1, 'ada')
    await until('she is cut again', () => again.dtls() === 'closed')
    assert.deepEqual(await names(), [], 'and never was listed')
  })

  test('may not take the name of somebody who watches', async () => {
    await using bench = await janusBench()
    const { names, watch } = bench
    const first = await watch(1, 'ada')
    await until('she is listed', async () => (await names()).length === 1)
    const second = await watch(1, 'ada')
    await until('the second is cut', () => second.dtls() === 'closed')
    assert.equal(first.dtls(), 'connected')
  })

  test('are gone when Janus starts again, and new ones are found', async () => {
    await using bench = await janusBench()
    const { server, names, watch } = bench
    await watch(1, 'ada')
    await until('she is listed', async () => (await names()).length === 1)
    await server.restart()
    await until('she is not listed any more', async () => (await names()).length === 0)
    await watch(1, 'bob')
    await until('bob is listed', async () => (await names()).includes('bob'))
  })

  test('stay while Janus does not answer for a moment, and not for long', async () => {
    await using bench = await janusBench({ patience: 5_000 })
    const { server, sessions, names, followed, faults, watch } = bench
    const ada = await watch(1, 'ada')
    await until('she is listed', async () => (await names()).length === 1)
    const [before] = (await sessions.list({ resource: FIRST })).items
    server.pause()
    await until('it is noticed', () => followed.stats().away)
    assert.deepEqual(await names(), ['ada'])
    await until('patience is over', async () => (await names()).length === 0, 30_000)
    assert.equal(faults.length, 1, 'it is reported once')
    server.resume()
    await until('she is listed again', async () => (await names()).length === 1)
    const [after] = (await sessions.list({ resource: FIRST })).items
    assert.notEqual(after?.id, before?.id)
    assert.equal(ada.dtls(), 'connected')
  })

  test('are found and lost at once where Janus sends its events', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/v1/events/janus`
    await using server = await janus({ url, user: 'janus', password: 'it happened' })
    const flags = [`--janus-admin=${server.admin}`, `--janus-secret=${server.secret}`]
    await using rollcall = await serverBench(`--port=${port}`, ...flags, '--janus-events-secret=it happened')
    const count = async () => (await rollcall.sessions.list({ resource: FIRST })).items.length
    const ada = await watchJanus(server.url, 1, 'ada')
    await until('she is listed', async () => (await count()) === 1)
    ada.leave()
    await until('she is not', async () => (await count()) === 0)
    ada.kill()
    const forged = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('janus:nothing happened').toString('base64')}` },
      body: '[]',
    })
    assert.equal(forged.status, 401)
  })

  test('who were ended while Janus did not answer are cut once it does', async () => {
    await using bench = await janusBench()
    const { server, sessions, names, followed, watch } = bench
    const ada = await watch(1, 'ada')
    await until('she is listed', async () => (await names()).length === 1)
    server.pause()
    await sessions.end({ resource: FIRST }, REVOKED)
    await until('the cut failed', () => followed.stats().failedCuts > 0)
    server.resume()
    await until('she is cut', () => ada.dtls() === 'closed')
    assert.deepEqual(await names(), [])
  })
})
