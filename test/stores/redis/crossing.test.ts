import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { begun, type Crossing, heldUp, loseHome } from './meeting.ts'
import { type Bench, bench, type Changes, gateBefore } from './spoiled.ts'

const CROSSINGS: readonly Crossing[] = [
  {
    promise: 'begins nothing of whom another node has kept out in between',
    mutant: { insert: [['if is_outdated() then', 'if false then']] },
    async check(open) {
      const { record } = await begun(open())
      const late = await heldUp(open, async () => {
        const deny = { keys: ['user'], span: HOUR } as const
        await open().end({ realm: 'default', id: record.id }, { ...REVOKED, deny }, 10)
      })
      assert.deepEqual(late, { ok: false, code: 'denied', until: NOON + HOUR })
    },
  },
  {
    promise: 'begins nothing of whom another node has banned in between',
    mutant: { insert: [['if known and known.banned then', 'if false then']] },
    async check(open) {
      await begun(open())
      const late = await heldUp(open, () =>
        open()
          .updateUser('default', 'ada', { banned: true }, TESTER)
          .then(() => {}),
      )
      assert.equal(!late.ok && late.code, 'user-banned')
    },
  },
  {
    promise: 'leaves nothing open that was let in before everything ended, once that is tidied',
    mutant: { insert: [['if is_outdated() then', 'if false then']] },
    async check(open) {
      await begun(open())
      const late = await heldUp(open, async () => {
        await open().advanceEpoch({ realm: 'default' }, REVOKED)
        await open().tidy(100)
      })
      assert.ok(late.ok)
      assert.equal((await open().find(late.record.id))?.record.ending, undefined)
    },
  },
  {
    promise: 'is dead at birth if everything ended in between, and is told of when that is tidied',
    mutant: { 'tidy realm': [['session.realm_epoch < request.count', 'false']] },
    async check(open) {
      const late = await heldUp(open, async () => {
        await open().advanceEpoch({ realm: 'default' }, REVOKED)
      })
      assert.ok(late.ok)
      assert.equal((await open().find(late.record.id))?.record.ending?.reason, 'revoked')
      assert.equal(await open().tidy(100), 1)
      assert.equal((await open().find(late.record.id))?.record.ending?.reason, 'revoked')
    },
  },
  {
    promise: 'ends all of a user but what is begun after, whichever node begins it',
    mutant: { 'end all of user': [['user.epoch = position', 'user.epoch = position + 1000']] },
    async check(open) {
      const { record } = await begun(open())
      const late = await heldUp(open, async () => {
        await open().advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      })
      assert.ok(late.ok)
      const kept = await Promise.all([record.id, late.record.id].map((id) => open().find(id)))
      assert.deepEqual(
        kept.map((found) => found?.record.ending?.reason),
        ['revoked', undefined],
      )
      await open().tidy(100)
      const { ended } = await open().advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
      await open().tidy(100)
      assert.equal(ended, 1)
      assert.equal((await open().find(late.record.id))?.record.ending?.reason, 'revoked')
    },
  },
  {
    promise: 'keeps a limit exactly while a hundred begin on two nodes at once',
    mutant: { insert: [['local line = line_up(leaving)', 'local line = {}']] },
    async check(open) {
      const nodes = [open(), open()]
      const guards = { by: TESTER, limit: { sessions: 5, atLimit: 'refuse' } } as const
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => nodes[index % 2]?.insert(draftOf(), guards)),
      )
      assert.equal(answers.filter((answer) => answer?.ok).length, 5)
    },
  },
  {
    promise: 'does not end by a filter what has changed since it was looked at',
    mutant: { end: [['if is_meant and not is_same then', 'if false then']] },
    async check(open) {
      const { record } = await begun(open())
      const gate = gateBefore('end')
      const filter = { activeBefore: NOON + 1 }
      const ending = open(gate.before).end({ realm: 'default', ids: [record.id], filter }, REVOKED, 10)
      await gate.reached
      now += 1_000
      await open().touch([{ id: record.id, ago: 0 }])
      gate.open()
      assert.deepEqual((await ending).ended, [])
      assert.equal((await open().find(record.id))?.record.ending, undefined)
    },
  },
  {
    promise: 'spares a login that all but it are ended for, also where another node tidies at once',
    mutant: { spare: [['session.realm_epoch = request.epoch', '']] },
    async check(open) {
      const { record } = await begun(open())
      const gate = gateBefore('spare')
      const ending = open(gate.before).advanceEpoch({ realm: 'default', except: record.id }, REVOKED)
      await gate.reached
      await open().tidy(100)
      gate.open()
      await ending
      assert.equal((await open().find(record.id))?.record.ending, undefined)
      assert.equal((await open().advanceEpoch({ realm: 'default' }, REVOKED)).ended, 1)
    },
  },
  {
    promise: 'counts what it ended once, however many end everything at once',
    mutant: { 'raise epoch': [["if number_of('epoch') ~= request.before then return false end", '']] },
    async check(open) {
      await begun(open())
      const nodes = [open(), open(), open(), open()]
      const over = await Promise.all(nodes.map((node) => node.advanceEpoch({ realm: 'default' }, REVOKED)))
      assert.equal(
        over.reduce((sum, { ended }) => sum + ended, 0),
        1,
      )
    },
  },
  {
    promise: 'ends everything past an epoch that the home of the realm has lost',
    mutant: { 'raise epoch': [["redis.call('hset', HEAD, 'count', beyond)", '']] },
    async check(open) {
      const node = open()
      await begun(node)
      await node.advanceEpoch({ realm: 'default' }, REVOKED)
      const { record } = await begun(node)
      await loseHome(node)
      assert.equal((await node.find(record.id))?.record.ending, undefined)
      await node.advanceEpoch({ realm: 'default' }, REVOKED)
      assert.equal((await node.find(record.id))?.record.ending?.reason, 'revoked')
    },
  },
  {
    promise: 'begins sessions where the home of the realm has lost an epoch that others were told of',
    mutant: { welcome: [['if request.known.epoch > number_of', 'if false and number_of']] },
    async check(open) {
      const node = open()
      const { record } = await begun(node)
      await node.advanceEpoch({ realm: 'default' }, REVOKED)
      await node.tidy(100)
      await loseHome(node)
      const again = await node.insert(draftOf({ lifetime: DAY }), { by: TESTER }).catch(() => undefined)
      assert.ok(again?.ok)
      assert.equal((await node.find(record.id))?.record.ending?.reason, 'revoked')
      assert.equal((await node.find(again.record.id))?.record.ending, undefined)
    },
  },
  {
    promise: 'gives a token one successor, whichever node is asked',
    mutant: { commit: [['if kept ~= request.before then return 0 end', '']] },
    async check(open) {
      const { record } = await begun(open())
      const presented = record.tokenHash
      assert.ok(presented)
      const successor = (name: string) => ({ hash: name.padEnd(43, 'A') as never, grace: HOUR, salt: name })
      const gate = gateBefore('commit')
      const late = open(gate.before).rotate({ id: record.id, presented, successor: successor('late') })
      await gate.reached
      assert.equal(
        (await open().rotate({ id: record.id, presented, successor: successor('soon') })).outcome,
        'rotated',
      )
      gate.open()
      const answer = await late
      assert.deepEqual([answer.outcome, answer.outcome === 'standing' && answer.salt], ['standing', 'soon'])
    },
  },
]

/** Longer than a denial may stay untold, in milliseconds. */
const BEYOND_PATIENCE = 11_000

let now = NOON
let stores = 0

describe('two nodes on one redis', { skip: WITHOUT_REDIS }, () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  before(async () => {
    server = await redisServer({ config: { appendfsync: 'no' } })
  })
  after(() => server[Symbol.asyncDispose]())

  async function run({ check }: Crossing, changes: Changes): Promise<void> {
    const opened: Bench[] = []
    now = NOON
    stores += 1
    const prefix = `t${stores}`
    try {
      await check((hold) => {
        const node = bench({
          url: server.url,
          prefix,
          clock: () => now,
          changes,
          ...(hold && { before: hold }),
        })
        opened.push(node)
        return node
      })
    } finally {
      for (const node of opened) node.close()
    }
  }

  test('tells of a denial also where whoever made it is gone before that, and once', async () => {
    now = NOON
    const options = { url: server.url, prefix: 'gone', clock: () => now }
    const gone = new Error('the node is gone')
    const dying = bench({
      ...options,
      before: (name) => {
        if (name === 'tell denials') throw gone
      },
    })
    const store = await redisStore(options)
    try {
      const { record } = await begun(dying)
      const deny = { keys: ['user'], span: HOUR } as const
      const ending = { ...REVOKED, deny }
      await assert.rejects(dying.end({ realm: 'default', id: record.id }, ending, 1), gone)
      assert.equal((await store.insert(draftOf(), { by: TESTER })).ok, false)
      const told = async () =>
        (await store.read('0', 100)).events.filter(({ type }) => type === 'denial.created').length
      await store.tidy(10)
      assert.equal(await told(), 0)
      now += BEYOND_PATIENCE
      await store.tidy(10)
      await store.tidy(10)
      assert.equal(await told(), 1)
      await store.end({ realm: 'default', id: record.id }, REVOKED, 1)
      assert.equal((await store.find(record.id))?.record.ending?.reason, 'revoked')
    } finally {
      dying.close()
      await store.close()
    }
  })

  test('takes sessions in under an epoch that somebody still tidies', async () => {
    now = NOON
    const options = { url: server.url, prefix: 'taken', clock: () => now }
    const gate = gateBefore('adopt sessions')
    const [slow, node] = [bench({ ...options, before: gate.before }), bench(options)]
    const memory = memoryStore({ clock: () => now })
    try {
      const draft = draftOf({ lifetime: DAY })
      await memory.insert(draft, { by: TESTER })
      const { items } = await memory.dump(undefined, 10)
      const taking = slow.adopt(items)
      await gate.reached
      await node.advanceEpoch({ realm: 'default' }, REVOKED)
      await node.tidy(10)
      gate.open()
      assert.equal(await taking, 2)
      assert.equal((await node.find(draft.id))?.record.ending, undefined)
      assert.equal((await node.advanceEpoch({ realm: 'default' }, REVOKED)).ended, 1)
      assert.equal(await node.tidy(10), 1)
    } finally {
      slow.close()
      node.close()
    }
  })

  for (const crossing of CROSSINGS) {
    test(crossing.promise, () => run(crossing, {}))
    test(`${crossing.promise}: a naive script is caught`, () =>
      assert.rejects(run(crossing, crossing.mutant), assert.AssertionError))
  }
})
