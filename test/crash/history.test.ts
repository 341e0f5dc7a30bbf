import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type Operation } from './history.ts'

const done = { user: 'ada', session: 's', outcome: 'done' } as const
const issue: Operation = { ...done, does: 'issue', from: 0, to: 10 }
const verify = (from: number, saw: boolean): Operation => ({
  ...done,
  does: 'verify',
  from,
  to: from + 5,
  saw,
})
const end = (from: number, to: number, outcome: Operation['outcome'] = 'done'): Operation => ({
  ...done,
  does: 'end',
  from,
  to,
  outcome,
})
const list = (from: number, saw: readonly string[]): Operation => ({
  ...done,
  does: 'list',
  from,
  to: from + 5,
  saw,
})
const endAll = (from: number, to: number, kept = 'none'): Operation => ({
  ...done,
  session: kept,
  does: 'end-all',
  from,
  to,
})

const possible: Readonly<Record<string, readonly Operation[]>> = {
  'a session that lives': [issue, verify(20, true), list(30, ['s'])],
  'an end and a refusal': [issue, verify(20, true), end(30, 40), verify(50, false)],
  'a read that overlaps the end, either way': [issue, end(30, 40), verify(36, true), verify(45, false)],
  'an end that nobody heard of, and that happened': [issue, end(30, 40, 'unknown'), verify(90, false)],
  'an end that nobody heard of, and that did not happen': [issue, end(30, 40, 'unknown'), verify(90, true)],
  'an issue that nobody heard of, either way': [{ ...issue, outcome: 'unknown' }, list(50, [])],
  'an end of everything before the issue': [endAll(-20, -10), issue, verify(20, true)],
  'an end of everything around the issue, either way': [endAll(-5, 20), issue, verify(30, true)],
  'an end of everything that kept this one': [issue, endAll(20, 30, 's'), verify(40, true)],
}

const impossible: Readonly<Record<string, readonly [kind: string, readonly Operation[]]>> = {
  'an acknowledged end that was undone': ['undone', [issue, end(30, 40), verify(50, true)]],
  'an acknowledged end that a list does not know of': ['undone', [issue, end(30, 40), list(50, ['s'])]],
  'an end of everything that left one': ['undone', [issue, endAll(30, 40), verify(50, true)]],
  'a session that came back after it was seen dead': [
    'undone',
    [issue, end(30, 40, 'unknown'), verify(50, false), verify(60, true)],
  ],
  'an acknowledged issue that was lost': ['lost', [issue, verify(50, false)]],
  'an acknowledged issue that a list does not know of': ['lost', [issue, list(50, [])]],
  'an end that comes too late to explain a refusal': ['lost', [issue, verify(50, false), end(80, 90)]],
  'a session that nobody issued': ['ghost', [verify(20, true)]],
}

for (const [what, history] of Object.entries(possible)) {
  test(`the judge accepts ${what}`, () => assert.deepEqual(judge(history), []))
}

for (const [what, [kind, history]] of Object.entries(impossible)) {
  test(`the judge convicts ${what}`, () =>
    assert.deepEqual(
      judge(history).map((each) => each.kind),
      [kind],
    ))
}
