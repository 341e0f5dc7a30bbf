/**
 * `npm run proof:faults -- [--store NAME] [--fault NAME] [--strikes N] [--controls N] [--seed N]`: every fault on every
 * store, with its control, as one table. It fails where a promise was broken, and where a control was not caught.
 * `--protection asynchronous` measures stores that wait for no standby, and promises nothing.
 */
import { appendFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { NEMESES, type Nemesis } from './nemesis.ts'
import type { PlaceKind, Protection } from './place.ts'
import { PLACES } from './places.ts'
import { countOf, HEADING, holds, type Outcome, rowOf } from './report.ts'
import { runFault } from './run-faults.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true },
    fault: { type: 'string', multiple: true },
    strikes: { type: 'string', default: '100' },
    controls: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    histories: { type: 'string' },
    protection: { type: 'string', default: 'as promised' },
  },
})

const promised = values.protection === 'as promised'

const chosen = <Named extends { readonly name: string }>(
  all: readonly Named[],
  names?: readonly string[],
): readonly Named[] => (names === undefined ? all : all.filter(({ name }) => names.includes(name)))

async function prove(kind: PlaceKind, nemesis: Nemesis): Promise<Outcome | undefined> {
  const seed = Number(values.seed)
  const strikes = await runFault({
    kind,
    nemesis,
    seed,
    strikes: Number(values.strikes),
    protection: values.protection as Protection,
    hear({ history, ...strike }) {
      const { violations, odd } = strike
      if (violations.length === 0 && Object.keys(odd).length === 0) return
      say(`${kind.name}, ${nemesis.name}, seed ${strike.seed}: ${JSON.stringify({ violations, odd })}`)
      if (values.histories !== undefined)
        appendFileSync(
          values.histories,
          `${JSON.stringify({ kind: kind.name, fault: nemesis.name, strike, history })}\n`,
        )
    },
  })
  if (strikes === undefined) return undefined
  const controls = promised ? Number(values.controls) : 0
  const control =
    controls === 0
      ? []
      : await runFault({ kind, nemesis, seed: seed + 1_000_000, strikes: controls, control: nemesis.control })
  return { kind, nemesis, strikes, control: control ?? [] }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

process.setMaxListeners(0)
const [processor] = cpus()
process.stdout.write(`${cpus().length} × ${processor?.model.trim()}, Node ${process.version}\n\n${HEADING}\n`)
let failed = 0
let total = 0
for (const kind of chosen(PLACES, values.store)) {
  for (const nemesis of chosen(NEMESES, values.fault)) {
    const outcome = await prove(kind, nemesis)
    if (outcome === undefined) continue
    process.stdout.write(`${rowOf(outcome)}\n`)
    total += outcome.strikes.length
    if (holds(outcome) || !promised) continue
    failed += 1
    const caught = countOf(outcome.control, ...nemesis.control.finds)
    say(
      `${kind.name}, ${nemesis.name}: ${caught === 0 && outcome.control.length > 0 ? `the control was not caught: ${JSON.stringify(outcome.control)}` : 'a promise was broken'}`,
    )
  }
}
process.stdout.write(
  `\nWith 0 failures in n strikes, the rate is below 3/n with 95 % confidence: ${(3 / Math.max(1, total)).toFixed(4)} over all ${total}.\n`,
)
process.exitCode = failed === 0 ? 0 : 1
