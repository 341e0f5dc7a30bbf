import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RollcallError } from '../../../src/core/errors.ts'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import type { MediaServer, Viewer } from '../../../src/live/servers/contract.ts'
import { type Followed, follow } from '../../../src/live/servers/reconcile.ts'
import { sharedMemory } from '../../support/shared-memory.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'

const RESOURCE = 'house/stage/1'

/** A media server of a few lines. */
interface Stage extends MediaServer {
  readonly viewers: Map<string, Viewer>
  readonly cuts: string[]

  /** Whether it ends playbacks when told. */
  obeys: boolean
  enter(key: string, name: string): void

  /** How often it was listed. */
  looks(): number

  /** Whether it cannot be listed. */
  broken: boolean
}

function stage(): Stage {
  const viewers = new Map<string, Viewer>()
  const cuts: string[] = []
  let looks = 0
  return {
    name: 'stage',
    settling: 0,
    obeys: true,
    viewers,
    cuts,
    enter: (key, name) => void viewers.set(key, { key, mark: key, name, resource: RESOURCE, device: {} }),
    looks: () => looks,
    broken: false,
    async list() {
      looks += 1
      if (this.broken) throw new RollcallError('conflict', 'no list')
      return [...viewers.values()]
    },
    async cut({ key }) {
      cuts.push(key)
      if (!this.obeys) throw new RollcallError('conflict', 'no')
      viewers.delete(key)
    },
  }
}

interface Node extends AsyncDisposable {
  readonly sessions: SessionManager
  readonly followed: Followed
}

/** Nodes that share a store, made when they are asked for. */
function house(server: MediaServer, every = 20): () => Promise<Node> {
  const env = nodeEnv()
  const place = sharedMemory(env.now)
  return async () => {
    const sessions = createSessions({ store: await place.open(), env, policy: { maxStaleness: 200 } })
    await until('the node is one', async () => {
      const { nodes } = await sessions.nodes.list()
      return nodes.some(({ id }) => id === sessions.nodes.own.id)
    })
    const followed = follow({ server, sessions, env, realm: 'default', every })
    return {
      sessions,
      followed,
      async [Symbol.asyncDispose]() {
        await followed.close()
        await sessions.close()
      },
    }
  }
}

async function ids({ sessions }: Node): Promise<readonly string[]> {
  return (await sessions.list({ resource: RESOURCE })).items.map(({ id }) => id)
}

describe('a media server that several nodes know', () => {
  test('is followed by one of them, and by the next where that stops, with the same sessions', async () => {
    const server = stage()
    const start = house(server)
    const first = await start()
    await using second = await start()
    server.enter('a', 'ada')
    await until('she is listed', async () => (await ids(second)).length === 1)
    const before = await ids(second)
    assert.deepEqual([first.followed.stats().viewers, second.followed.stats().viewers], [1, 0])
    await first[Symbol.asyncDispose]()
    await until('the second follows it', () => second.followed.stats().viewers === 1)
    assert.deepEqual(await ids(second), before)
    await second.sessions.end({ resource: RESOURCE }, REVOKED)
    await until('she is cut', () => server.viewers.size === 0)
    assert.deepEqual(server.cuts, ['a'], 'once')
  })

  test('is told of an end that any of them wrote', async () => {
    const server = stage()
    const start = house(server)
    await using first = await start()
    await using second = await start()
    server.enter('a', 'ada')
    await until('she is known', () => first.followed.stats().viewers === 1)
    await second.sessions.end({ resource: RESOURCE }, REVOKED)
    await until('she is cut', () => server.viewers.size === 0)
    assert.equal(first.followed.stats().cuts, 1)
  })

  test('does not keep whom somebody ended while nobody could cut them', async () => {
    const server = stage()
    server.obeys = false
    const start = house(server)
    const first = await start()
    server.enter('a', 'ada')
    await until('she is known', () => first.followed.stats().viewers === 1)
    await first.sessions.end({ resource: RESOURCE }, REVOKED)
    await until('it refused again', () => first.followed.stats().failedCuts > 1)
    await first[Symbol.asyncDispose]()
    server.obeys = true
    await using second = await start()
    await until('the next node cuts her', () => server.viewers.size === 0)
    assert.deepEqual(await ids(second), [], 'and gave her no session')
    server.enter('b', 'ada')
    await until('who comes back later may watch', async () => (await ids(second)).length === 1)
  })

  test('keeps a viewer whose session lost what was kept beside it', async () => {
    const server = stage()
    await using node = await house(server)()
    server.enter('a', 'ada')
    await until('she is listed', async () => (await ids(node)).length === 1)
    const [id = ''] = await ids(node)
    await node.sessions.update(id, { data: null })
    server.enter('b', 'bob')
    await until('bob is listed', async () => (await ids(node)).length === 2)
    assert.deepEqual(server.cuts, [])
  })

  test('is looked at however often it says that something happened', async () => {
    const server = stage()
    await using node = await house(server, 60_000)()
    await until('it was looked at', () => server.looks() > 0)
    const timer = setInterval(node.followed.hint, 1).unref()
    server.enter('a', 'ada')
    await until('she is listed', async () => (await ids(node)).length === 1, 2_000)
    clearInterval(timer)
  })

  test('ends nobody by an answer that is no list', async () => {
    const server = stage()
    await using node = await house(server)()
    server.enter('a', 'ada')
    await until('she is listed', async () => (await ids(node)).length === 1)
    server.broken = true
    await until('it was noticed twice', () => node.followed.stats().failedLooks > 1)
    assert.equal((await ids(node)).length, 1)
  })

  test('is cut clear of everyone at once by an end of everyone', async () => {
    const server = stage()
    await using node = await house(server)()
    for (let index = 0; index < 250; index++) server.enter(`k${index}`, `n${index}`)
    await until('all are known', () => node.followed.stats().viewers === 250)
    await node.sessions.end({ everyone: true }, REVOKED)
    await until('all are cut', () => server.viewers.size === 0)
    assert.equal(server.cuts.length, 250, 'each once')
    await until('nobody is listed', async () => (await ids(node)).length === 0)
  })
})
