import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRollcallError, RollcallError } from '../../src/core/errors.ts'
import type { SessionStore } from '../../src/core/store.ts'
import { holding } from '../support/node-bench.ts'
import { ADA, hubBench, REVOKED, recorder, under } from './support.ts'

test('a line that the store cannot tell of when it is looked at is looked at again', async () => {
  const away = holding()
  await using bench = await hubBench({}, away.spoil)
  const { sessions, hub, env, store } = bench
  const login = await sessions.issue(ADA)
  const [stays, goes] = [recorder(), recorder()]
  await hub.open(under(login.session.id), stays)
  const gone = await hub.open(under(login.session.id), goes)
  await env.advance(1_000)
  await store.end({ realm: 'default', ids: [gone.session.id] }, REVOKED, 1)
  await store.trim({ entries: 0, age: 0 })
  away.fail(() => new Error('away'), 'find')
  await env.advance(1_500)
  assert.deepEqual([stays.cuts, goes.cuts], [[], []])
  away.release()
  await env.advance(1_500)
  assert.deepEqual([stays.cuts, goes.cuts], [[], ['revoked']])
})

test('a store that is away just when everything of a user ended does no harm, and no line survives that', async () => {
  const away = holding()
  await using bench = await hubBench({}, away.spoil)
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const channel = recorder()
  await hub.open(under(login.session.id), channel)
  away.fail(() => new Error('away'), 'find', 'tidy')
  await sessions.end({ userId: 'ada' })
  await env.advance(2_500)
  assert.deepEqual(channel.cuts, [])
  away.release()
  await env.advance(1_500)
  assert.deepEqual(channel.cuts, ['revoked'])
})

test('a line that began after a mass ending stays, though the clock of the ending was ahead', async () => {
  const late = holding()
  await using bench = await hubBench({}, (store) => aheadBy(300)(late.spoil(store)))
  const { sessions, hub, env } = bench
  await sessions.issue(ADA)
  const old = recorder()
  await hub.open({ kind: 'connection', ...ADA }, old)
  await env.advance(2_000)
  late.hold('read')
  await sessions.end({ userId: 'ada' })
  await env.advance(100)
  const fresh = recorder()
  await hub.open({ kind: 'connection', ...ADA }, fresh)
  late.release()
  await env.advance(2_000)
  assert.deepEqual([old.cuts, fresh.cuts], [['revoked'], []])
  assert.equal(hub.lines(), (await sessions.count({ kind: 'connection' })).count)
})

test('what a line held is free as soon as it has closed: its name, and its place under a limit', async () => {
  await using bench = await hubBench()
  const { sessions, hub } = bench
  const login = await sessions.issue(ADA)
  const limit = { sessions: 1, atLimit: 'refuse' } as const
  const request = { ...under(login.session.id), resource: 'room/1', name: 'one' }
  const first = await hub.open(request, recorder())
  first.closed()
  const second = await hub.open({ ...request, limit }, recorder())
  second.closed()
  const third = await hub.open({ ...under(login.session.id), limit }, recorder())
  await assert.rejects(hub.open({ ...request, limit }, recorder()), (fault) =>
    isRollcallError(fault, 'limit-reached'),
  )
  assert.ok(hub.has(third.session.id))
})

test('a name is waited for no longer than it takes to free it, however many others close', async () => {
  await using bench = await hubBench({ linesPerSession: 10_000 })
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const other = await sessions.issue({ user: { id: 'bob' } })
  const lines = await Promise.all(
    Array.from({ length: 1_000 }, async () => hub.open(under(other.session.id), recorder())),
  )
  const request = { ...under(login.session.id), resource: 'room/1', name: 'one' }
  const first = await hub.open(request, recorder())
  first.closed()
  let opened = false
  const opening = hub.open(request, recorder()).then(() => (opened = true))
  for (const line of lines) {
    if (opened) break
    line.closed()
    await Promise.resolve()
  }
  assert.ok(opened, 'while others close')
  await Promise.all([opening, env.advance(100)])
})

test('a store that cannot free a name refuses it, and keeps nobody waiting', async () => {
  const away = holding()
  await using bench = await hubBench({}, away.spoil)
  const { sessions, hub } = bench
  const login = await sessions.issue(ADA)
  const request = { ...under(login.session.id), resource: 'room/1', name: 'one' }
  const first = await hub.open(request, recorder())
  away.fail(() => new Error('away'), 'end')
  first.closed()
  await assert.rejects(hub.open(request, recorder()), (fault) => isRollcallError(fault, 'name-taken'))
  away.release()
  await hub.open(request, recorder())
})

test('a hub that closes leaves no session of a line that was being opened', async () => {
  const slow = holding()
  await using bench = await hubBench({}, slow.spoil)
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  slow.hold('insert')
  const channel = recorder()
  const opening = hub.open(under(login.session.id), channel)
  await env.advance(10)
  const closing = hub.close()
  slow.release()
  const line = await opening
  await Promise.all([closing, env.advance(10)])
  assert.equal(channel.released(), 1)
  assert.equal((await sessions.get(line.session.id))?.ending?.reason, 'closed')
})

/** Mass endings are told with a moment that is ahead of what other sessions are told with. */
function aheadBy(milliseconds: number): (store: SessionStore) => SessionStore {
  return (store) => ({
    ...store,
    async read(after, limit) {
      const page = await store.read(after, limit)
      const events = page.events.map((event) =>
        event.type === 'sessions.ended' ? { ...event, at: event.at + milliseconds } : event,
      )
      return { ...page, events }
    },
  })
}

test('a session that began though nobody could say so does not stay without its line', async () => {
  const hand = lateAnswers()
  await using bench = await hubBench({}, hand.spoil)
  const { sessions, hub, env } = bench
  const login = await sessions.issue(ADA)
  const count = async (): Promise<number> => (await sessions.count({ kind: 'connection' })).count
  for (const heard of ['before', 'after']) {
    hand.lose()
    const opening = hub.open(under(login.session.id), recorder())
    const refused = assert.rejects(opening, (fault) => isRollcallError(fault, 'outcome-unknown'))
    if (heard === 'before') await env.advance(2_000)
    hand.answer()
    await refused
    await env.advance(2_000)
    assert.equal(await count(), 0, `it was heard of ${heard} the refusal`)
  }
  await hub.open(under(login.session.id), recorder())
  await env.advance(2_000)
  assert.deepEqual([hub.lines(), await count()], [1, 1])
})

test('a line that was being opened while something was missed is looked at', async () => {
  const hand = lateAnswers()
  await using bench = await hubBench({}, hand.spoil)
  const { sessions, hub, env, store } = bench
  const login = await sessions.issue(ADA)
  await env.advance(1_000)
  hand.hold()
  const channel = recorder()
  const opening = hub.open(under(login.session.id), channel)
  await env.advance(10)
  await store.end({ realm: 'default', id: login.session.id }, REVOKED, 1)
  await store.trim({ entries: 0, age: 0 })
  await env.advance(1_500)
  hand.answer()
  await opening
  await env.advance(1_500)
  assert.deepEqual(channel.cuts, ['parent-ended'])
})

/** A store whose answers to inserts can be kept back, and lost. */
function lateAnswers(): {
  spoil(store: SessionStore): SessionStore

  /** Keeps the next answer back until `answer`. */
  hold(): void

  /** Keeps it back as well, and answers that nobody knows. */
  lose(): void
  answer(): void
} {
  let kept: PromiseWithResolvers<void> | undefined
  let lost = false
  const hold = (isLost: boolean): void => {
    kept = Promise.withResolvers()
    lost = isLost
  }
  return {
    spoil: (store) => ({
      ...store,
      async insert(...given) {
        const inserted = await store.insert(...given)
        await kept?.promise
        if (lost) throw new RollcallError('outcome-unknown')
        return inserted
      },
    }),
    hold: () => hold(false),
    lose: () => hold(true),
    answer() {
      kept?.resolve()
      kept = undefined
      setImmediate(() => {
        lost = false
      })
    },
  }
}
