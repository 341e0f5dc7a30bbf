import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ViolationKind } from './checker.ts'
import { NEMESES, type Nemesis } from './nemesis.ts'
import { SHARED_PLACES } from './places.ts'
import { brokenIn, countOf } from './report.ts'
import { type FaultBenchOptions, faultBench, type Struck } from './run-faults.ts'

/** The faults that the short version strikes with, one after another, on the same nodes: for the rest there is `npm run proof:faults`. */
const SHORT = [
  'node stopped',
  'feed cut',
  'lost replies',
  'store killed',
  'failover of a server whose standby was cut off',
]

/** What must be caught where the protection is taken away, and on what. */
const CONTROLS: Readonly<Record<string, readonly string[]>> = {
  PostgreSQL: ['feed cut', 'failover of a server whose standby was cut off'],
  Redis: ['node stopped', 'failover of a server whose standby was cut off'],
  'Redis Cluster': ['failover of a server whose standby was cut off'],
}

const SEED = 20_261_121

for (const kind of SHARED_PLACES) {
  const options = { skip: kind.missing }

  test(
    `three nodes on ${kind.name} keep every promise through one fault after another`,
    options,
    async (context) => {
      await using bench = await faultBench({ kind, standby: true })
      for (const [index, nemesis] of named(SHORT).entries()) {
        if (!nemesis.strikes(bench.place)) continue
        const struck = await bench.strike(nemesis.strike, SEED + index)
        const { history: _history, ...strike } = struck
        context.diagnostic(`${nemesis.name}: ${JSON.stringify(strike)}`)
        assert.deepEqual([brokenIn(kind, [struck]), struck.odd], [[], {}], nemesis.name)
        assert.ok(struck.issued > 5 && struck.ended > 2, 'the clients did get something done')
      }
    },
  )

  for (const { name, control, strike } of named(CONTROLS[kind.name] ?? [])) {
    test(
      `the same test catches nodes on ${kind.name} without ${control.without}: ${name}`,
      options,
      async (context) => {
        const { protection, careless } = control
        const caught = await firstCaught(
          {
            kind,
            standby: protection === 'asynchronous',
            ...(protection && { protection }),
            ...(careless && { careless }),
          },
          control.strike ?? strike,
          control.finds,
        )
        context.diagnostic(`caught ${caught}`)
        assert.ok(caught > 0)
      },
    )
  }
}

function named(names: readonly string[]): readonly Nemesis[] {
  return names.flatMap((name) => NEMESES.find((nemesis) => nemesis.name === name) ?? [])
}

/** Strikes until something is found, three times at the most. */
async function firstCaught(
  options: FaultBenchOptions,
  strike: Nemesis['strike'],
  finds: readonly ViolationKind[],
): Promise<number> {
  await using bench = await faultBench(options)
  for (let attempt = 0; attempt < 3; attempt++) {
    const struck: Struck = await bench.strike(strike, SEED + 100 + attempt)
    const caught = countOf([struck], ...finds)
    if (caught > 0) return caught
  }
  return 0
}
