/**
 * `npm run bench -- [question …]`: prints the table. Ratios are of one run on one machine; no bare times.
 * `BENCH_ROUNDS=2 BENCH_SECONDS=2` makes what loads servers short, `BENCH_SESSIONS=20000` what fills them, to see that
 * it runs; `BENCH_STORES=redis` leaves other stores out where there are several.
 */
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import { dialects } from './dialects.ts'
import { events } from './events.ts'
import { expiries } from './expiries.ts'
import { crowd } from './live/crowd.ts'
import { media } from './live/media.ts'
import { liveReach } from './live/reach.ts'
import { machine, type Row, toTable } from './measure.ts'
import { memory } from './memory.ts'
import { million } from './million.ts'
import { againstPeers } from './peers.ts'
import { growthOverHttp } from './shared/growth.ts'
import { sharedIssues } from './shared/issues.ts'
import { moving } from './shared/moving.ts'
import { sharedAgainstPeers } from './shared/peers.ts'
import { reach } from './shared/reach.ts'
import { twoNodes } from './shared/two-nodes.ts'
import { sharedWhoami } from './shared/whoami.ts'
import { durableIssues, endAllButOne, growth, inProcess } from './stores.ts'
import { whoami, whoamiExtras } from './whoami.ts'

const QUESTIONS: Readonly<Record<string, (folder: string) => Promise<readonly Row[]>>> = {
  whoami,
  'whoami-extras': whoamiExtras,
  'in-process': inProcess,
  'durable-issues': durableIssues,
  growth: (folder) => growth(folder, [10_000, 100_000, 1_000_000]),
  'end-all-but-one': endAllButOne,
  million,
  expiries,
  events,
  dialects,
  memory,
  peers: againstPeers,
  'shared-whoami': sharedWhoami,
  'two-nodes': twoNodes,
  reach,
  'growth-http': growthOverHttp,
  'shared-issues': sharedIssues,
  'shared-peers': sharedAgainstPeers,
  moving,
  'live-reach': liveReach,
  'live-crowd': crowd,
  'live-media': media,
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => QUESTIONS[name] === undefined)
if (unknown.length > 0)
  throw new Error(
    `There is no question ${unknown.join(', ')}. There are ${Object.keys(QUESTIONS).join(', ')}.`,
  )
const rows: Row[] = []
for (const [name, question] of Object.entries(QUESTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  process.stderr.write(`${name} …\n`)
  const from = performance.now()
  try {
    rows.push(...(await question(temporaryFolder())))
    process.stderr.write(`${name}: done in ${((performance.now() - from) / 60_000).toFixed(1)} minutes\n`)
  } catch (fault) {
    process.exitCode = 1
    process.stderr.write(`${name}: no answer, since ${fault instanceof Error ? fault.stack : fault}\n`)
  }
}
process.stdout.write(`${machine()}\n\n${toTable(rows)}`, () => process.exit())
