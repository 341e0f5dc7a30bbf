import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { WITHOUT_REDIS } from '../support/redis-server.ts'
import { careless, MUTANTS } from './mutants.ts'
import { runModel } from './run.ts'
import { newTally, type Tally } from './tally.ts'
import { type Ground, memoryGround, postgresGround, redisGround, sqliteGround } from './world.ts'

/** What must have come up for the runs to have shown anything. */
const REACHED: Readonly<Record<string, readonly string[]>> = {
  journal: [
    'evicted',
    'replaced',
    'expired',
    'idle',
    'reused',
    'banned',
    'parent-ended',
    'revoked',
    'logout',
    'closed',
    'sessions.ended',
    'denial.created',
    'denial.lifted',
    'user.updated',
    'session.updated',
    'token.reused',
  ],
  refused: ['denied', 'limit-reached', 'name-taken', 'parent-not-live', 'user-banned', 'not-found'],
  verdicts: ['live', 'ended', 'graceful', 'superseded', 'unknown', 'malformed', 'not-fresh', 'not at hand'],
  refreshes: ['rotated', 'graceful', 'reused', 'superseded', 'ended', 'unknown', 'malformed'],
  ends: ['id', 'ids', 'user', 'parent', 'resource', 'filter', 'everyone', 'dry run'],
  lists: ['empty', 'one', 'more'],
  restarts: ['killed', 'closed'],
  clocks: ['both', 'nodes', 'store', 'store, back'],
}

/** What even a hundred runs come to. */
const REACHED_ON_SHARED: typeof REACHED = {
  ends: ['id', 'user', 'everyone'],
  refreshes: ['rotated'],
  restarts: ['killed'],
}

/** What comes up too seldom for a few hundred runs to be sure of it. */
const REACHED_AT_LENGTH: typeof REACHED = { verdicts: ['behind'], reads: ['kept', 'forgotten'] }

async function hold(
  context: TestContext,
  ground: Ground,
  runs: number,
  most: number,
  reached: typeof REACHED = REACHED,
): Promise<Tally> {
  const seed = 20_261_121
  const tally = newTally()
  const outcome = await runModel({ ground, runs, most, seed, tally })
  context.diagnostic(`${outcome.runs} runs, seed ${seed}`)
  for (const line of String(tally).split('\n')) context.diagnostic(line)
  assert.ok(!outcome.failed, outcome.report)
  assert.ok(tally.count('commands') >= 20 * runs, 'a run has twenty commands on average')
  assertReached(tally, reached)
  return tally
}

function assertReached(tally: Tally, wanted: typeof REACHED): void {
  for (const [group, names] of Object.entries(wanted))
    for (const name of names) assert.ok(tally.count(group, name) > 0, `the runs came to ${group}: ${name}`)
}

test('whatever is done to it, on memory, Rollcall does what its model says', async (context) => {
  assertReached(await hold(context, memoryGround(), 2_000, 70), REACHED_AT_LENGTH)
})

test('whatever is done to it, on SQLite, Rollcall does what its model says', async (context) => {
  await using ground = sqliteGround()
  await hold(context, ground, 300, 50)
})

test('whatever is done to it, on PostgreSQL, Rollcall does what its model says', {
  skip: WITHOUT_POSTGRES,
}, async (context) => {
  await using ground = postgresGround()
  await hold(context, ground, 100, 50, REACHED_ON_SHARED)
})

for (const [name, title] of [
  ['redis', 'Redis'],
  ['redis cluster', 'a Redis Cluster'],
] as const) {
  test(`whatever is done to it, on ${title}, Rollcall does what its model says`, {
    skip: WITHOUT_REDIS,
  }, async (context) => {
    await using ground = redisGround(name)
    await hold(context, ground, 100, 50, REACHED_ON_SHARED)
  })
}

for (const [name, mutation] of Object.entries(MUTANTS)) {
  test(`the model catches whatever ${name}`, async (context) => {
    const tally = newTally()
    const options = {
      ground: memoryGround(),
      runs: 500,
      seed: 6,
      tally,
      hasty: true,
      spoil: careless(mutation),
    }
    const { failed, runs, error } = await runModel(options)
    context.diagnostic(`caught in run ${runs}, after ${tally.count('commands')} commands`)
    assert.ok(failed && error instanceof assert.AssertionError, `it is caught by what it does: ${error}`)
  })
}
