import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { WITHOUT_POSTGRES } from '../support/postgres-server.ts'
import { WITHOUT_REDIS } from '../support/redis-server.ts'
import { explore, sample, type World } from './explore.ts'
import { SCENARIOS } from './scenarios.ts'
import { memoryGround, postgresGround, redisGround, type Spoil, sqliteGround } from './worlds.ts'

/** A mutant is looked for in so many times the orders in which the sound one is tried, where those are drawn. */
const LONGER = 40

const GROUNDS = [
  memoryGround(),
  await sqliteGround(),
  ...(WITHOUT_REDIS ? [] : [await redisGround()]),
  ...(WITHOUT_POSTGRES ? [] : [await postgresGround()]),
]

for (const ground of GROUNDS) {
  after(() => ground.close())
  let schedules = 0
  let caught = 0

  const search = (make: () => Promise<World>, times = 1) =>
    ground.most === undefined ? explore(make) : sample(make, times * ground.most)

  for (const { name, meet, naive, many } of SCENARIOS) {
    const steps = many && ground.dear ? ({ steps: 'asked' } as const) : {}
    const world = async (spoil?: Spoil) => ({ ...(await meet(await ground.place(spoil))), ...steps })

    test(`${name} keeps every promise in every order, on ${ground.name}`, async (t) => {
      const explored = await search(() => world())
      if (explored.breach)
        throw new Error(`in the order ${explored.breach.schedule}`, { cause: explored.breach.fault })
      assert.ok(explored.schedules > 5)
      schedules += explored.schedules
      t.diagnostic(`${explored.schedules} orders`)
    })

    test(`${name} is caught where it is written naively, on ${ground.name}`, async (t) => {
      const { breach, schedules: tried } = await search(() => world(naive), LONGER)
      assert.ok(breach, `no order of ${tried} shows that it is wrong`)
      caught += 1
      t.diagnostic(`caught in order ${tried}`)
    })
  }

  test(`every order that was tried on ${ground.name} is counted`, (t) => {
    t.diagnostic(`${schedules} orders, ${caught} mutants caught, ${SCENARIOS.length} meetings`)
    assert.equal(caught, SCENARIOS.length)
  })
}
