import fc from 'fast-check'
import { isRollcallError } from '../../src/core/errors.ts'
import type { Session } from '../../src/core/session.ts'
import { conclude, type Scene } from './scene.ts'

/** A kind of command: how often it comes, and what may come. */
export interface Kind {
  readonly name: string
  readonly weight: number
  readonly commands: fc.Arbitrary<fc.AsyncCommand<Scene, Scene>>
}

/** Makes a kind of command. `run` does it to the real thing and to the model, and compares what both say. */
export function kind<Args>(
  name: string,
  weight: number,
  arbitrary: fc.Arbitrary<Args>,
  run: (scene: Scene, args: Args) => Promise<0 | 1 | undefined>,
): Kind {
  return {
    name,
    weight,
    commands: arbitrary.map((args) => ({
      check: () => true,
      toString: () => `${name} ${fc.stringify(args)}`,
      async run(_scene: Scene, scene: Scene) {
        scene.tally.add('commands', name)
        const node = await run(scene, args)
        await conclude(scene, node ?? 'time')
      },
    })),
  }
}

/** One of two nodes. */
export const node: fc.Arbitrary<0 | 1> = fc.constantFrom(0, 1)

/** Points at one of many, the latest first: 0 is the latest, and often meant. */
export const index: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(3) },
  { weight: 1, arbitrary: fc.nat(20) },
)

/** Few names, so that they meet. */
export const userId: fc.Arbitrary<string> = fc.constantFrom('ada', 'ada', 'bob')
export const realm: fc.Arbitrary<string> = fc.constantFrom(
  'default',
  'default',
  'default',
  'default',
  'other',
)
export const label: fc.Arbitrary<string> = fc.constantFrom('phone', 'laptop')
export const level: fc.Arbitrary<1 | 2 | 3> = fc.constantFrom(1, 2, 3)
export const resource: fc.Arbitrary<string> = fc.constantFrom(
  'default/app/one',
  'default/app/two',
  'default/live/three',
)
export const sessionName: fc.Arbitrary<string> = fc.constantFrom('front', 'back')
export const sessionKind: fc.Arbitrary<Session['kind']> = fc.constantFrom(
  'login',
  'login',
  'connection',
  'playback',
)

/** Something given one time in so many. */
export function maybe<Value>(arbitrary: fc.Arbitrary<Value>, oneIn = 2): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

/** One of many, the latest first; undefined where there are none. */
export function pick<Item>(items: readonly Item[], at: number): Item | undefined {
  return items.length === 0 ? undefined : items[items.length - 1 - (at % items.length)]
}

/** What refused a call. */
export interface Refused {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>
}

/** What a call answered, or what refused it. */
export async function attempt<Answer>(call: Promise<Answer>): Promise<Answer | Refused> {
  return call.catch((fault: unknown) => {
    if (!isRollcallError(fault)) throw fault
    return { code: fault.code, details: fault.details }
  })
}

/** Without the fields that are undefined. */
export function given<Whole extends object>(
  fields: Whole,
): { [Field in keyof Whole]: Exclude<Whole[Field], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
