import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, counted } from '../../src/cli/phrases.ts'
import { type Column, drawFacts, drawTable, harmless } from '../../src/cli/table.ts'

interface Person {
  readonly id: string
  readonly name?: string
}

const COLUMNS: readonly Column<Person>[] = [
  { head: 'ID', cell: ({ id }) => id },
  { head: 'NAME', cell: ({ name }) => name, most: 8 },
]

test('columns are as wide as what is in them', () => {
  const drawn = drawTable(
    [
      { id: '1', name: 'Ada' },
      { id: '1000', name: 'Bob' },
    ],
    COLUMNS,
    false,
  )
  assert.equal(drawn, 'ID    NAME\n1     Ada\n1000  Bob\n')
})

test('characters that take two columns are counted as two', () => {
  const drawn = drawTable(
    [
      { id: '山田', name: 'a' },
      { id: 'wxyz', name: 'b' },
    ],
    COLUMNS,
    false,
  )
  assert.equal(drawn, 'ID    NAME\n山田  a\nwxyz  b\n')
})

test('a column that says nothing is left out', () => {
  assert.equal(drawTable([{ id: '1' }], COLUMNS, false), 'ID\n1\n')
})

test('a long cell is cut where its column says so', () => {
  assert.equal(drawTable([{ id: '1', name: 'Augusta Ada King' }], COLUMNS, false), 'ID  NAME\n1   Augusta…\n')
})

test('heads are bold only in colour', () => {
  assert.equal(drawTable([{ id: '1' }], COLUMNS, true), '\u001b[1mID\u001b[22m\n1\n')
})

test('what a user agent says cannot command the terminal', () => {
  assert.equal(harmless('a\u001b[2Jb\u009bc\u202ed\ne'), 'a\ufffd[2Jb\ufffdc\ufffdd\ufffde')
  assert.equal(drawFacts([['device', '\u001b]0;x\u0007']], false), 'device  \ufffd]0;x\ufffd\n')
})

test('facts that are absent are left out', () => {
  assert.equal(
    drawFacts(
      [
        ['id', '1'],
        ['user', undefined],
        ['realm', 'default'],
      ],
      false,
    ),
    'id     1\nrealm  default\n',
  )
})

test('a moment is told by its distance', () => {
  const now = Date.parse('2026-11-20T12:00:00.000Z')
  const told = (seconds: number) => ago(new Date(now - seconds * 1_000).toISOString(), now)
  assert.deepEqual([0, 5, 90, 3 * 3_600, 47 * 3_600, -30 * 86_400, 800 * 86_400].map(told), [
    'now',
    '5 s ago',
    '2 min ago',
    '3 h ago',
    '2 d ago',
    'in 30 d',
    '2 y ago',
  ])
})

test('counts agree with what is counted', () => {
  assert.deepEqual(
    [0, 1, 1204].map((count) => counted(count, 'session')),
    ['0 sessions', '1 session', '1,204 sessions'],
  )
})
