/** How does the embedded store behave, by writers and by size? */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStore } from '../src/core/store.ts'
import { createSessions } from '../src/engine/create-sessions.ts'
import { nodeEnv } from '../src/env.ts'
import { draftOf, type Filled, fill, removeStore } from './fill.ts'
import { figureOf, type Row, timeRuns } from './measure.ts'
import { userOf } from './people.ts'

const BY = { kind: 'system', id: 'bench' } as const
const env = nodeEnv()

/** Durable issues per second by so many writers, as a multiple of one writer that waits for each. */
export async function durableIssues(folder: string): Promise<readonly Row[]> {
  const { store } = await fill(`${folder}/issues.db`, 1_000)
  const rows = await issuesAtOnce(store, 'durable issues')
  await store.close()
  return rows
}

/** The same for a store that is open; `aim` is what 64 writers are to reach. */
export async function issuesAtOnce(
  store: SessionStore,
  question: string,
  aim = '≥ 5',
): Promise<readonly Row[]> {
  let number = 1_000_000
  const rate = async (writers: number, milliseconds: number): Promise<number> => {
    let done = 0
    const end = performance.now() + milliseconds
    const writer = async (): Promise<void> => {
      while (performance.now() < end) {
        number += 1
        await store.insert(draftOf(userOf(number), number).draft, { by: BY })
        done += 1
      }
    }
    await Promise.all(Array.from({ length: writers }, writer))
    return (done * 1_000) / milliseconds
  }
  await rate(64, 1_000)
  const rows: Row[] = []
  for (const writers of [16, 64, 256]) {
    const ratios: number[] = []
    for (let round = 0; round < 5; round++) {
      const alone = await rate(1, 1_000)
      ratios.push((await rate(writers, 1_000)) / alone)
    }
    const goal = writers === 64 ? aim : ''
    rows.push({
      question: `${question}, ${writers} writers at once against one at a time`,
      figure: figureOf(ratios),
      unit: '×',
      goal,
    })
  }
  return rows
}

/** Finding and listing at so many sessions, as a multiple of the time at the first size; and bytes on disk at the last. */
export async function growth(folder: string, sizes: readonly number[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  let first: { readonly find: number; readonly list: number } | undefined
  for (const size of sizes) {
    const filled = await fill(`${folder}/growth.db`, size, { most: 20_000 })
    const find = await timeFinds(filled)
    const list = await timeLists(filled, size)
    first ??= { find: figureOf(find).median, list: figureOf(list).median }
    const base = first
    const against = `${size.toLocaleString('en')} sessions against ${sizes[0]?.toLocaleString('en')}`
    if (size !== sizes[0]) {
      rows.push({
        question: `find one, ${against}`,
        figure: figureOf(find.map((time) => time / base.find)),
        unit: '×',
        goal: '≤ 1.3',
      })
      rows.push({
        question: `list a user's, ${against}`,
        figure: figureOf(list.map((time) => time / base.list)),
        unit: '×',
        goal: '≤ 1.3',
      })
    }
    await filled.store.close()
    if (size === sizes.at(-1)) rows.push(diskRow(filled.path, size))
    removeStore(filled.path)
  }
  return rows
}

async function timeFinds({ store, tokens }: Filled): Promise<number[]> {
  const ids = tokens.map((token) => `ses_${token.slice(4, 26)}`)
  let next = 0
  const some = async (): Promise<void> => {
    for (let index = 0; index < 5_000; index++) {
      next = (next + 7_919) % ids.length
      await store.find(ids[next] ?? '')
    }
  }
  for (let round = 0; round < 4; round++) await some()
  return timeRuns(9, some)
}

async function timeLists({ store }: Filled, size: number): Promise<number[]> {
  let next = 0
  const some = async (): Promise<void> => {
    for (let index = 0; index < 1_000; index++) {
      next = (next + 104_729) % size
      await store.list({ userId: userOf(next), limit: 50 })
    }
  }
  for (let round = 0; round < 2; round++) await some()
  return timeRuns(9, some)
}

/** Bytes of the table of sessions and its indexes, without users, user agents and journal. */
function diskRow(path: string, size: number): Row {
  const database = new DatabaseSync(path)
  const whole = statSync(path).size
  database.exec('delete from journal; delete from users; vacuum')
  const kept = statSync(path).size
  database.close()
  if (kept > whole) throw new Error('vacuum made the file larger')
  return {
    question: `bytes on disk per session, row and indexes, at ${size.toLocaleString('en')}`,
    figure: figureOf([kept / size]),
    unit: 'bytes',
    goal: '≤ 400',
  }
}

/** Ending all but one of a user with ten thousand sessions: how long, and how many are left. */
export async function endAllButOne(folder: string): Promise<readonly Row[]> {
  const path = `${folder}/many.db`
  const { store } = await fill(path, 1_000)
  const sessions = createSessions({ store, env })
  const times: number[] = []
  const left: number[] = []
  for (let round = 0; round < 5; round++) {
    const user = `many-${round}`
    const issued = await Promise.all(
      Array.from({ length: 10_000 }, (_, index) => store.insert(draftOf(user, index).draft, { by: BY })),
    )
    const kept = issued.flatMap((each) => (each.ok ? [each.record.id] : [])).at(-1) ?? ''
    times.push(...(await timeRuns(1, () => sessions.end({ userId: user, except: kept }))))
    left.push((await sessions.count({ userId: user })).count - 1)
  }
  await sessions.close()
  return [
    {
      question: 'end all but one of 10,000 sessions of a user',
      figure: figureOf(times),
      unit: 'ms',
      goal: '≤ 100',
    },
    {
      question: 'sessions left alive by that, beside the kept one',
      figure: figureOf(left),
      unit: '',
      goal: '0',
    },
  ]
}

/**
 * Verifying in this process, at hand, as a share of a bare look-up by SHA-256 in a Map. The pause in between lets the
 * engine renew its lease.
 */
export async function inProcess(folder: string): Promise<readonly Row[]> {
  const { store, tokens } = await fill(`${folder}/process.db`, 100_000)
  const sessions = createSessions({ store, env })
  for (const token of tokens) await sessions.verify(token)
  const map = new Map(tokens.map((token) => [env.hash(token), token]))
  let next = 0
  const turn = (look: (token: string) => unknown) => (): void => {
    for (let index = 0; index < 100_000; index++) {
      next = (next + 7_919) % tokens.length
      if (look(tokens[next] ?? '') === undefined) throw new Error('a session is missing')
    }
  }
  const bare = turn((token) => map.get(env.hash(token)))
  const own = turn((token) => sessions.verifyCached(token))
  const ratios: number[] = []
  for (let round = 0; round < 12; round++) {
    const [bareTime = 1] = await timeRuns(1, bare)
    await sleep(300)
    const [ownTime = 1] = await timeRuns(1, own)
    if (round > 2) ratios.push(bareTime / ownTime)
  }
  await sessions.close()
  return [
    {
      question: 'verify in process, at hand, against a bare Map and SHA-256',
      figure: figureOf(ratios),
      unit: '×',
      goal: '',
    },
  ]
}
