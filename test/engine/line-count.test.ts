import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ended } from '../../src/engine/ended.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { holding, type NodeBench, nodeBench } from '../support/node-bench.ts'
import type { TestEnv } from '../support/test-env.ts'

const WAIT = { wait: 'all' } as const

/** A bench on which Ada has lines on two nodes under two logins, and others have some too. */
interface Lines {
  readonly login: string
  readonly second: string
  readonly line: string
}

type End = (sessions: SessionManager, lines: Lines) => Promise<Ended>

/** Every way to end, and how many of Ada's lines it means: on the one node, and on the other. */
const WAYS: Readonly<Record<string, readonly [end: End, one: number, other: number]>> = {
  'of a line': [(one, { line }) => one.end({ id: line }, WAIT), 0, 1],
  'of a login': [(one, { login }) => one.end({ id: login }, WAIT), 1, 2],
  'of logins': [(one, { login, second }) => one.end({ ids: [login, second] }, WAIT), 1, 3],
  'of what lives under a login': [(one, { login }) => one.end({ parentId: login }, WAIT), 1, 2],
  'of a resource': [(one) => one.end({ resource: 'room' }, WAIT), 0, 1],
  'of what a filter finds': [(one) => one.end({ filter: { userId: 'ada', kind: 'connection' } }, WAIT), 1, 3],
  'of a user': [(one) => one.end({ userId: 'ada' }, WAIT), 1, 3],
  'of a user but for a login': [(one, { login }) => one.end({ userId: 'ada', except: login }, WAIT), 0, 1],
  'of a user but for the login of a line': [
    (one, { line }) => one.end({ userId: 'ada', except: line }, WAIT),
    ...([0, 1] as const),
  ],
  'of a user who is banned': [(one) => one.users.update('ada', { banned: true }, WAIT), 1, 3],
  'of everyone': [(one) => one.end({ everyone: true }, WAIT), 2, 3],
}

for (const [how, [end, here, there]] of Object.entries(WAYS))
  test(`the receipt of an end ${how} says how many lines each node held, and that they are cut`, async () => {
    await using bench = await nodeBench()
    const lines = await openLines(bench)
    const { receipt } = await finish(bench.env, end(bench.one, lines))
    const matched = here + there
    assert.deepEqual(receipt.lines, { matched, ended: matched, notReached: 0 })
    assert.deepEqual(
      receipt.nodes.map(({ lines = 0 }) => lines),
      [here, there],
    )
  })

test('a node that vouches for nothing is waited for all the same, where it holds lines', async () => {
  const deaf = holding()
  await using bench = await nodeBench({}, { spoil: deaf.spoil })
  const { one, env } = bench
  await openLines(bench)
  await env.advance(100)
  deaf.hold('read', 'renew')
  await env.advance(5_000)
  const idle = await finish(env, one.end({ userId: 'nobody' }, WAIT))
  assert.equal(
    idle.receipt.nodes.find(({ id }) => id === 'node_other')?.passed,
    false,
    'it is not, where it holds none',
  )
  const ending = one.end({ userId: 'ada' }, WAIT)
  await env.advance(500)
  deaf.release()
  const { receipt } = await finish(env, ending)
  assert.deepEqual(receipt.lines, { matched: 4, ended: 4, notReached: 0 })
  assert.equal(receipt.everywhere, true)
})

test('lines of a node that did not answer in time are not reached', async () => {
  const deaf = holding()
  await using bench = await nodeBench({}, { spoil: deaf.spoil })
  await openLines(bench)
  await bench.env.advance(100)
  deaf.hold('read', 'renew')
  await bench.env.advance(100)
  const timeout = 200
  const { receipt } = await finish(bench.env, bench.one.end({ userId: 'ada' }, { ...WAIT, timeout }))
  assert.deepEqual(receipt.lines, { matched: 4, ended: 1, notReached: 3 })
  assert.deepEqual(
    receipt.nodes.map(({ passed, lines }) => ({ passed, lines })),
    [
      { passed: true, lines: 1 },
      { passed: false, lines: 3 },
    ],
  )
  deaf.release()
  await bench.env.advance(500)
})

test('an end that meant no line says nothing of lines', async () => {
  await using bench = await nodeBench()
  await bench.one.issue({ user: { id: 'bob' } })
  const { receipt } = await finish(bench.env, bench.one.end({ userId: 'bob' }, WAIT))
  assert.equal(receipt.lines, undefined)
  assert.ok(receipt.nodes.every((node) => !('lines' in node)))
})

test('for an end that nobody waits for, no line is looked at', async () => {
  const counted = holding()
  await using bench = await nodeBench({ spoil: counted.spoil })
  await openLines(bench)
  const before = new Map(counted.calls)
  const { receipt } = await bench.one.end({ userId: 'ada' })
  await bench.one.end({ everyone: true })
  for (const question of ['list', 'stranded', 'find'])
    assert.equal(counted.calls.get(question), before.get(question), question)
  assert.equal(receipt.lines, undefined)
})

test('an end is written also where its lines cannot be counted, and the receipt says so', async () => {
  const faulty = holding()
  await using bench = await nodeBench({ spoil: faulty.spoil })
  const { login } = await openLines(bench)
  faulty.fail(() => new Error('no'), 'list')
  const { receipt } = await finish(
    bench.env,
    bench.one.end({ userId: 'ada' }, { ...WAIT, timeout: 300 }).finally(() => faulty.release()),
  )
  assert.deepEqual(receipt.lines, { matched: 0, ended: 0, notReached: 0, exact: false })
  assert.equal((await bench.one.get(login))?.ending?.reason, 'revoked')
})

test('of more lines than are counted, the receipt says that there are more', async () => {
  await using bench = await nodeBench()
  const { one, env } = bench
  const { session } = await one.issue({ user: { id: 'ada' } })
  for (let index = 0; index < 10_001; index++) await one.open({ kind: 'connection', parentId: session.id })
  const { receipt } = await finish(env, one.end({ userId: 'ada' }, WAIT))
  assert.deepEqual(receipt.lines, { matched: 10_000, ended: 10_000, notReached: 0, exact: false })
})

async function openLines({ one, other }: NodeBench): Promise<Lines> {
  const kind = 'connection'
  const first = await one.issue({ user: { id: 'ada' } })
  const second = await one.issue({ user: { id: 'ada' } })
  const parentId = first.session.id
  await one.open({ kind, parentId })
  const { session } = await other.open({ kind, parentId })
  await other.open({ kind, parentId, resource: 'room' })
  await other.open({ kind, parentId: second.session.id })
  const bob = await one.issue({ user: { id: 'bob' } })
  await one.open({ kind, parentId: bob.session.id })
  const elsewhere = await one.issue({ user: { id: 'ada' }, realm: 'other' })
  await one.open({ kind, parentId: elsewhere.session.id, realm: 'other' })
  return { login: parentId, second: second.session.id, line: session.id }
}

/** Lets time pass until something is done. */
async function finish<Done>(env: TestEnv, work: Promise<Done>): Promise<Done> {
  let done = false
  const settled = work.finally(() => {
    done = true
  })
  settled.catch(() => undefined)
  for (let turn = 0; turn < 2_000 && !done; turn++) await env.advance(5)
  return settled
}
