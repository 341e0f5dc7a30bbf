import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../support/seeded-random.ts'
import { judge, type ViolationKind } from './checker.ts'
import type { Operation } from './history.ts'
import { BUGS, INVENTED_BOUND, INVENTED_SESSIONS, invent, scramble } from './invented.ts'
import { hasOrder } from './oracle.ts'

/** Histories for each bug. */
const HISTORIES = 3_000

for (const bug of BUGS) {
  test(`the checker says of ${HISTORIES} histories of a server with this bug what trying every order says: ${bug}`, (context) => {
    const random = seededRandom(BUGS.indexOf(bug) + 1)
    const tally = compare(() => invent(random, bug))
    context.diagnostic(JSON.stringify(tally))
    assert.deepEqual([tally.missed, tally.falseAlarms], [0, 0])
    if (bug === 'none') assert.equal(tally.convicted, 0)
    else assert.ok(tally.convicted >= 20, 'the bug shows')
  })
}

test('the checker says of histories without any sense what trying every order says', (context) => {
  const random = seededRandom(99)
  const tally = compare(() => scramble(random))
  context.diagnostic(JSON.stringify(tally))
  assert.deepEqual([tally.missed, tally.falseAlarms], [0, 0])
  assert.ok(tally.convicted > 500)
})

/** Holds the checker against the trying of every order, session by session. */
function compare(next: () => readonly Operation[]): {
  readonly convicted: number
  readonly missed: number
  readonly falseAlarms: number
} {
  const tally = { convicted: 0, missed: 0, falseAlarms: 0 }
  for (let count = 0; count < HISTORIES; count++) {
    const history = next()
    const convicted = new Set(judge(history, INVENTED_BOUND).violations.map(({ session }) => session))
    for (const session of INVENTED_SESSIONS) {
      const guilty = !hasOrder(history, session, INVENTED_BOUND)
      if (guilty && convicted.has(session)) tally.convicted += 1
      if (guilty && !convicted.has(session)) tally.missed += 1
      if (!guilty && convicted.has(session)) tally.falseAlarms += 1
    }
  }
  return tally
}

const BOUND = 1_000
const owner = { realm: 'r', user: 'ada' } as const
const done = (from: number, to: number) => ({ from, to, outcome: 'done' }) as const
const issue = (session = 's'): Operation => ({ does: 'issue', ...owner, session, ...done(0, 10) })
const end = (from: number, to: number): Operation => ({ does: 'end', session: 's', ...done(from, to) })
const sees = (from: number, live: boolean, fresh = true): Operation => ({
  does: 'verify',
  session: 's',
  live,
  fresh,
  ...done(from, from + 5),
})
const lists = (from: number, saw: readonly string[]): Operation => ({
  does: 'list',
  ...owner,
  saw,
  ...done(from, from + 5),
})
const refreshes = (from: number, presented: string, gave: string): Operation => ({
  does: 'refresh',
  session: 's',
  presented,
  gave,
  ...done(from, from + 5),
})
const bans = (from: number): Operation => ({ does: 'ban', ...owner, ...done(from, from + 5) })

const impossible: Readonly<Record<string, readonly [ViolationKind, readonly Operation[]]>> = {
  'an acknowledged session that is gone': ['lost', [issue(), sees(50, false)]],
  'an acknowledged end that the store has forgotten': ['undone', [issue(), end(30, 40), sees(50, true)]],
  'a token that an ended session still exchanges': [
    'undone',
    [issue(), end(30, 40), refreshes(50, 'one', 'two')],
  ],
  'a node that vouches beyond its bound': ['stale', [issue(), end(30, 40), sees(1_041, true, false)]],
  'a list with a session that is over': ['ghost', [issue(), end(30, 40), lists(50, ['s'])]],
  'a list with a session that nobody issued': ['ghost', [lists(50, ['t'])]],
  'a list that says a session twice': ['ghost', [issue(), lists(50, ['s', 's'])]],
  'a list without a session that lives': ['missing', [issue(), lists(50, []), sees(60, true)]],
  'an end that nobody acknowledged, seen and seen no more': [
    'wavered',
    [
      issue(),
      { does: 'end', session: 's', from: 30, to: Number.POSITIVE_INFINITY, outcome: 'unknown' },
      sees(50, false),
      sees(60, true),
    ],
  ],
  'an issue that nobody acknowledged, seen and seen no more': [
    'wavered',
    [
      { does: 'issue', ...owner, session: 's', from: 0, to: Number.POSITIVE_INFINITY, outcome: 'unknown' },
      lists(50, ['s']),
      lists(60, []),
    ],
  ],
  'a token with two successors': [
    'forked',
    [issue(), refreshes(20, 'one', 'two'), refreshes(30, 'one', 'three')],
  ],
  'a banned user who is let in': ['admitted', [bans(-20), issue()]],
  'a session that outlives its time': [
    'undone',
    [{ does: 'issue', ...owner, session: 's', lifetime: 100, ...done(0, 10) }, sees(120, true)],
  ],
  'a session that dies before its time': [
    'lost',
    [{ does: 'issue', ...owner, session: 's', lifetime: 100, ...done(0, 10) }, sees(80, false)],
  ],
}

for (const [what, [kind, history]] of Object.entries(impossible)) {
  test(`the checker convicts ${what}`, () =>
    assert.deepEqual(
      judge(history, BOUND).violations.map((each) => each.kind),
      [kind],
    ))
}

const possible: Readonly<Record<string, readonly Operation[]>> = {
  'a node that vouches within its bound': [issue(), end(30, 40), sees(1_030, true, false)],
  'a session that dies in its time': [
    { does: 'issue', ...owner, session: 's', lifetime: 100, ...done(0, 10) },
    sees(90, true),
    sees(112, false),
  ],
  'the same successor twice': [issue(), refreshes(20, 'one', 'two'), refreshes(30, 'one', 'two')],
  'a ban that a session came before': [issue(), bans(20), sees(30, false), lists(40, [])],
  'an end of everything that kept this one': [
    issue(),
    { does: 'end-all', ...owner, kept: 's', ...done(20, 30) },
    sees(50, true),
  ],
  'an issue that nobody heard of, either way': [
    { does: 'issue', ...owner, session: 's', from: 0, to: Number.POSITIVE_INFINITY, outcome: 'unknown' },
    lists(50, []),
  ],
}

for (const [what, history] of Object.entries(possible)) {
  test(`the checker accepts ${what}`, () => assert.deepEqual(judge(history, BOUND).violations, []))
}

test('the checker measures how long a node vouched for what was over', () => {
  assert.equal(judge([issue(), end(30, 40), sees(250, true, false), sees(300, false)], BOUND).stalest, 210)
})
