import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { explore } from './explore.ts'
import { SCENARIOS } from './scenarios.ts'
import { memoryGround, type Spoil, sqliteGround } from './worlds.ts'

for (const ground of [memoryGround(), await sqliteGround()]) {
  after(() => ground.close())
  let schedules = 0
  let caught = 0

  for (const { name, meet, naive, many } of SCENARIOS) {
    const steps = many && ground.dear ? ({ steps: 'asked' } as const) : {}
    const world = async (spoil?: Spoil) => ({ ...(await meet(await ground.place(spoil))), ...steps })

    test(`${name} keeps every promise in every order, on ${ground.name}`, async (t) => {
      const explored = await explore(() => world())
      if (explored.breach)
        throw new Error(`in the order ${explored.breach.schedule}`, { cause: explored.breach.fault })
      assert.ok(explored.schedules > 5)
      schedules += explored.schedules
      t.diagnostic(`${explored.schedules} orders`)
    })

    test(`${name} is caught where it is written naively, on ${ground.name}`, async (t) => {
      const { breach, schedules: tried } = await explore(() => world(naive))
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
