/** What does Rollcall give on a shared store, beside others on the same one? */
import { compare, ROUNDS } from '../load.ts'
import { figureOf, type Row } from '../measure.ts'
import { checkAnswers, SHARED_PEERS, startPeer } from '../peer.ts'
import { SESSIONS_PER_USER } from '../people.ts'
import { type Kind, SHARED, settle } from '../places.ts'
import { type Server, startRollcall } from '../rollcall.ts'

/** Live sessions of each; `BENCH_SESSIONS` says otherwise where it is less. */
const SESSIONS = Math.min(100_000, Number(process.env.BENCH_SESSIONS ?? 100_000))
const TIMES = Math.min(ROUNDS, 3)

/** How Rollcall is asked, and whether a goal is set for it. */
const WAYS = [
  { way: 'with a lease', maxStaleness: 1_000, aimed: true },
  { way: 'with --max-staleness 0', maxStaleness: 0, aimed: false },
] as const

/** Asks both who somebody is, on each shared store. */
export async function sharedAgainstPeers(folder: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of SHARED) rows.push(...(await peersOn(kind, folder)))
  return rows
}

async function peersOn(kind: Kind, folder: string): Promise<readonly Row[]> {
  const place = await kind.start(folder)
  const population = await settle(place, folder, { sessions: SESSIONS })
  const nodes: Server[] = []
  for (const { maxStaleness } of WAYS) nodes.push(await startRollcall('cached', population, { maxStaleness }))
  const rows: Row[] = []
  for (const [peer, goal] of SHARED_PEERS[kind.name] ?? []) {
    process.stderr.write(`  ${peer.name} …\n`)
    const other = await startPeer(peer, folder, { sessions: SESSIONS, perUser: SESSIONS_PER_USER })
    await checkAnswers(other)
    for (const [index, { way, aimed }] of WAYS.entries()) {
      const node = nodes[index]
      if (node === undefined) continue
      const { rate } = await compare(node, other, TIMES)
      rows.push({
        question: `whoami on ${kind.name} ${way}, against ${peer.name}`,
        figure: figureOf(rate.map((share) => 1 / share)),
        unit: '×',
        goal: aimed ? goal : '',
      })
    }
    await checkAnswers(other)
    await other.stop()
  }
  for (const node of nodes) {
    await checkAnswers(node)
    await node.stop()
  }
  await place.stop()
  return rows
}
