import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndReason } from '../../src/core/session.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import type { Hub } from '../../src/live/contract.ts'
import { createHub } from '../../src/live/hub.ts'
import { type EngineBench, engineBench } from '../support/engine.ts'
import { holding, nodeBench } from '../support/node-bench.ts'
import { ADA, hubBench, REVOKED, recorder, under } from './support.ts'

test('an end that is heard of before its line is known here cuts it all the same', async () => {
  const ends: readonly ((sessions: SessionManager, login: string) => Promise<unknown>)[] = [
    (sessions) => sessions.end({ resource: 'room/1' }),
    (sessions, login) => sessions.end({ id: login }),
    (sessions) => sessions.end({ userId: 'ada' }),
  ]
  for (const [index, end] of ends.entries()) {
    assert.deepEqual(await race(createHub, end), ['revoked'], `end ${index}`)
    assert.deepEqual(await race(carelessHub, end), [], `end ${index}: a hub that does not remember is caught`)
  }
})

test('a node that was not heard of for too long cuts its lines, and nobody finds ghosts of them', async () => {
  const deaf = holding()
  await using bench = await nodeBench({}, { spoil: deaf.spoil })
  const { one, other, env } = bench
  const hub = createHub({ sessions: other, env })
  const login = await one.issue(ADA)
  const channel = recorder()
  const line = await hub.open(under(login.session.id), channel)
  await env.advance(100)
  deaf.hold('read', 'renew')
  await env.advance(14_000)
  assert.deepEqual(channel.cuts, [], 'as long as it counts as a node')
  await env.advance(2_000)
  assert.deepEqual(channel.cuts, ['node-lost'])
  assert.equal(hub.lines(), 0)
  deaf.release()
  await env.advance(3_000)
  assert.equal((await one.get(line.session.id))?.ending?.reason, 'node-lost')
  await hub.close()
})

test('a node to which the journal no longer reaches back looks again at every line', async () => {
  await using bench = await hubBench()
  const { sessions, hub, env, store } = bench
  const login = await sessions.issue(ADA)
  const [stays, goes] = [recorder(), recorder()]
  await hub.open(under(login.session.id), stays)
  const gone = await hub.open(under(login.session.id), goes)
  await env.advance(1_000)
  await store.end({ realm: 'default', ids: [gone.session.id] }, REVOKED, 1)
  await store.trim({ entries: 0, age: 0 })
  await env.advance(1_000)
  assert.deepEqual([stays.cuts, goes.cuts], [[], ['revoked']])
})

test('a receipt says that a node has passed an end only once its lines are cut, however many', async () => {
  await using bench = await nodeBench()
  const { one, other, env } = bench
  const hub = createHub({ sessions: other, env, linesPerSession: 10_000, linesPerAddress: 10_000 })
  const login = await one.issue(ADA)
  await env.advance(10)
  await Promise.all(Array.from({ length: 950 }, async () => hub.open(under(login.session.id), recorder())))
  let left = -1
  const ending = one.end({ userId: 'ada' }, { wait: 'all' }).then((ended) => {
    left = hub.lines()
    return ended
  })
  while (left < 0) await env.advance(1)
  const { receipt } = await ending
  assert.equal(receipt.everywhere, true)
  assert.equal(left, 0)
  await hub.close()
})

/** Lets an end happen, and be heard of, before the answer to an insert arrives. */
async function race(
  makeHub: (parts: {
    readonly sessions: SessionManager
    readonly env: EngineBench['env']
  }) => Pick<Hub, 'open'>,
  end: (sessions: SessionManager, login: string) => Promise<unknown>,
): Promise<readonly EndReason[]> {
  let answer = (): void => undefined
  let late = false
  await using bench = await engineBench({ maxStaleness: 1_000 }, (store) => ({
    ...store,
    insert: async (draft, guards) => {
      const inserted = await store.insert(draft, guards)
      if (late) await new Promise<void>((resolve) => (answer = resolve))
      return inserted
    },
  }))
  const { sessions, env } = bench
  const hub = makeHub({ sessions, env })
  const login = await sessions.issue(ADA)
  const channel = recorder()
  late = true
  const opening = hub.open({ ...under(login.session.id), resource: 'room/1' }, channel)
  await env.advance(1)
  await end(sessions, login.session.id)
  await env.advance(500)
  answer()
  await opening
  await env.advance(500)
  return channel.cuts
}

/** A hub that hears of ends of the lines that it knows, and of no others. */
function carelessHub({ sessions }: { readonly sessions: SessionManager }): Pick<Hub, 'open'> {
  return {
    async open(request, channel) {
      const { session } = await sessions.open(request)
      sessions.on('session.ended', (event) => {
        if (event.session.id === session.id || event.session.id === session.parentId)
          channel.cut({ at: event.at, reason: event.reason, by: event.by })
      })
      return { session, closed: () => undefined, active: () => undefined }
    },
  }
}
