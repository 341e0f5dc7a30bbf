/** What does Rollcall give beside others, asked the same on the same machine in turn? */
import { compare, credentialsOf, headersOf, ROUNDS, type Target } from './load.ts'
import { figureOf, type Row } from './measure.ts'
import { checkAnswers, END_OTHERS, knows, type Peer, type Size, startPeer, WHOAMI } from './peer.ts'
import { SESSIONS_PER_USER, userOf } from './people.ts'
import type { Running } from './processes.ts'
import { depopulate, populate, startRollcall } from './rollcall.ts'

/** Who am I, and end my others. */
export async function againstPeers(folder: string): Promise<readonly Row[]> {
  return [...(await whoamiAgainstPeers(folder)), ...(await endOthersAgainstPeers(folder))]
}

const FILLED: Size = { sessions: 100_000, perUser: SESSIONS_PER_USER }
const MANY = 10_000
const END_ROUNDS = Math.min(ROUNDS, 3)
const AT_ONCE = 32

async function whoamiAgainstPeers(folder: string): Promise<readonly Row[]> {
  const population = await populate(folder, FILLED.sessions)
  const rollcall = await startRollcall('cached', population)
  await checkAnswers(rollcall)
  const rows: Row[] = []
  for (const [peer, goal] of WHOAMI) {
    process.stderr.write(`  ${peer.name} …\n`)
    const other = await startPeer(peer, folder, FILLED)
    await checkAnswers(other)
    const { rate: shares } = await compare(rollcall, other)
    await checkAnswers(other)
    await other.stop()
    rows.push({
      question: `whoami against ${peer.name}`,
      figure: figureOf(shares.map((share) => 1 / share)),
      unit: '×',
      goal,
    })
  }
  await checkAnswers(rollcall)
  await rollcall.stop()
  depopulate(population)
  return rows
}

async function endOthersAgainstPeers(folder: string): Promise<readonly Row[]> {
  const own: Ended[] = []
  const rows: Row[] = []
  for (const peer of END_OTHERS) {
    process.stderr.write(`  end all but one: ${peer.name} …\n`)
    const size = { sessions: MANY * END_ROUNDS, perUser: MANY }
    const population = await populate(folder, size.sessions, size.perUser)
    const rollcall = await startRollcall('cached', population)
    const other = await startPeer(peer, folder, size)
    const pairs: (readonly [Ended, Ended])[] = []
    for (let round = 0; round < END_ROUNDS; round++) {
      pairs.push([
        await endOthers(rollcall, 'DELETE', '/v1/me/sessions?scope=others', round),
        await endOthers(other, 'POST', peer.endOthers ?? '', round),
      ])
    }
    await stopBoth(rollcall, other)
    depopulate(population)
    own.push(...pairs.map(([ours]) => ours))
    rows.push(...rowsOf(peer, pairs))
  }
  return [
    {
      question: 'end all but one of 10,000 over HTTP',
      figure: figureOf(own.map(({ milliseconds }) => milliseconds)),
      unit: 'ms',
      goal: '≤ 100',
    },
    {
      question: 'left alive by that, beside the kept one',
      figure: figureOf(own.map(({ left }) => left)),
      unit: '',
      goal: '0',
    },
    ...rows,
  ]
}

interface Ended {
  readonly milliseconds: number
  readonly left: number
}

/** Has the last session of a user end all others, and asks for each of them whether it still lives. */
async function endOthers(target: Target, method: string, path: string, round: number): Promise<Ended> {
  const credentials = credentialsOf(target).slice(round * MANY, (round + 1) * MANY)
  const userId = userOf(round, 1)
  const kept = credentials.pop() ?? ''
  const { origin } = new URL(target.url)
  const from = performance.now()
  const response = await fetch(origin + path, { method, headers: { ...headersOf(target, kept), origin } })
  await response.arrayBuffer()
  const milliseconds = performance.now() - from
  if (!response.ok) throw new Error(`${origin}${path} answers ${response.status}`)
  if (!(await knows(target, kept, userId))) throw new Error(`${origin}${path} ended the kept session too`)
  let left = 0
  for (let start = 0; start < credentials.length; start += AT_ONCE) {
    const some = credentials.slice(start, start + AT_ONCE)
    const alive = await Promise.all(some.map((credential) => knows(target, credential, userId)))
    left += alive.filter(Boolean).length
  }
  return { milliseconds, left }
}

function rowsOf({ name }: Peer, pairs: readonly (readonly [Ended, Ended])[]): readonly Row[] {
  return [
    {
      question: `the same by ${name}, in multiples of Rollcall's time`,
      figure: figureOf(pairs.map(([ours, theirs]) => theirs.milliseconds / ours.milliseconds)),
      unit: '×',
      goal: '',
    },
    {
      question: `left alive by ${name}`,
      figure: figureOf(pairs.map(([, theirs]) => theirs.left)),
      unit: '',
      goal: '',
    },
  ]
}

async function stopBoth(one: Running, other: Running): Promise<void> {
  await one.stop()
  await other.stop()
}
