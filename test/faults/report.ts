import type { Violation, ViolationKind } from './checker.ts'
import type { Nemesis } from './nemesis.ts'
import type { PlaceKind } from './place.ts'
import type { Strike } from './run-faults.ts'

/** What came of one fault on one store, and of the same without what protects from it. */
export interface Outcome {
  readonly kind: PlaceKind
  readonly nemesis: Nemesis
  readonly strikes: readonly Strike[]
  readonly control: readonly Strike[]
}

/** Counts the violations of some kinds. */
export function countOf(strikes: readonly Strike[], ...kinds: readonly ViolationKind[]): number {
  return sum(strikes, ({ violations }) => violations.filter(({ kind }) => kinds.includes(kind)).length)
}

/** Whether every promise held, and taking the protection away was noticed. */
export function holds({ kind, nemesis, strikes, control }: Outcome): boolean {
  return (
    brokenIn(kind, strikes).length === 0 &&
    (control.length === 0 || countOf(control, ...nemesis.control.finds) > 0)
  )
}

/** What broke a promise that this kind of store makes. */
export function brokenIn(kind: PlaceKind, strikes: readonly Strike[]): readonly Violation[] {
  return strikes
    .flatMap(({ violations }) => violations)
    .filter((violation) => !(kind.wavers === true && violation.kind === 'wavered'))
}

/** The heading of the table, in Markdown. */
export const HEADING: string = [
  '| store | fault | n | issued | ended | unknown | lost | undone | stale, longest | ghosts | wavered | silent, median (longest) | without … | caught |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n')

/** One row of it. */
export function rowOf({ kind, nemesis, strikes, control }: Outcome): string {
  const silences = strikes.map(({ silence }) => silence).sort((a, b) => a - b)
  const caught = countOf(control, ...nemesis.control.finds)
  const cells = [
    kind.name,
    nemesis.name,
    strikes.length,
    sum(strikes, ({ issued }) => issued),
    sum(strikes, ({ ended }) => ended),
    sum(strikes, ({ unknown }) => unknown),
    countOf(strikes, 'lost', 'missing'),
    countOf(strikes, 'undone', 'forked', 'admitted'),
    `${countOf(strikes, 'stale')}; ${Math.max(0, ...strikes.map(({ stalest }) => stalest))} ms`,
    countOf(strikes, 'ghost'),
    countOf(strikes, 'wavered'),
    `${silences[silences.length >> 1] ?? 0} (${silences.at(-1) ?? 0}) ms`,
    nemesis.control.without,
    control.length === 0 ? '-' : `${caught} in ${control.length}`,
  ]
  return `| ${cells.join(' | ')} |`
}

function sum(strikes: readonly Strike[], of: (strike: Strike) => number): number {
  return strikes.reduce((total, strike) => total + of(strike), 0)
}
