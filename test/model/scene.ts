import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Denial } from '../../src/core/denial.ts'
import { isRollcallError } from '../../src/core/errors.ts'
import { cursorOf, type RollcallEvent } from '../../src/core/events.ts'
import { hasPassed } from '../../src/core/position.ts'
import {
  boot,
  type Entry,
  endedEntry,
  type Kept,
  type Model,
  move,
  newModel,
  POLICY,
  standing,
} from './model.ts'
import type { Tally } from './tally.ts'
import { NOON, type World } from './world.ts'

/** A run under way: the model, the real thing, and what is known of both. */
export interface Scene {
  readonly model: Model
  readonly world: World
  readonly tally: Tally

  /** Every token that was given out. */
  readonly given: string[]

  /** The whole journal as it was read; what was forgotten unread is undefined. */
  readonly history: (RollcallEvent | undefined)[]

  /** Positions of mass endings, in order. */
  readonly masses: string[]
  position: string

  /** Tokens that stand for live sessions, and since when and by whose doing others no longer do. */
  readonly good: Set<string>
  readonly changed: Map<string, Change>

  /** When the store's clock last moved by itself. */
  diverged: number
}

/** When something changed that nodes keep at hand, and who did it: that one knows at once. */
export interface Change {
  readonly elapsed: number
  readonly by: 0 | 1 | 'time'
}

/** Sets the scene: an empty store and two nodes. */
export async function setScene(world: World, tally: Tally): Promise<Scene> {
  const model = newModel(NOON)
  for (const node of [0, 1]) boot(model, node)
  const { position } = await world.nodes[0].sessions.events(undefined)
  return {
    model,
    world,
    tally,
    position,
    given: [],
    history: [],
    masses: [],
    good: new Set(),
    changed: new Map(),
    diverged: Number.NEGATIVE_INFINITY,
  }
}

/** Lets time pass: for the store, and for the nodes. What is used is written before a long silence. */
export async function elapse(scene: Scene, store: number, monotonic: number): Promise<void> {
  const hops = monotonic > 30_000 ? [30_000, monotonic - 30_000] : [monotonic]
  const drift = store - monotonic
  for (const [index, hop] of hops.entries()) {
    const byStore = hop + (index === hops.length - 1 ? drift : 0)
    await scene.world.machine.move(byStore, hop)
    move(scene.model, byStore, hop)
    if (byStore !== hop) scene.diverged = scene.model.elapsed
    await conclude(scene, 'time')
  }
}

/** Sees to it, after each command, that the journal tells just what happened. */
export async function conclude(scene: Scene, by: Change['by']): Promise<void> {
  await scene.world.machine.move(0, 0)
  await compareJournal(scene)
  for (const kept of scene.model.sessions.values()) {
    for (const { text } of kept.tokens) {
      const { is } = standing(scene.model, kept, text)
      if (is === 'current' || is === 'graceful') scene.good.add(text)
      else if (scene.good.delete(text)) change(scene, text, by)
    }
  }
}

/** Notes that something changed which nodes keep at hand. */
export function change(scene: Scene, what: string, by: Change['by']): void {
  scene.changed.set(what, { elapsed: scene.model.elapsed, by })
}

/** Whether a node may not have heard yet of a change; it has to within its staleness, on its own clock. */
export function mayBeBehind({ model, changed, diverged }: Scene, node: 0 | 1, what: string): boolean {
  const last = changed.get(what)
  if (last === undefined || last.by === node) return false
  if (last.by === 'time') return model.elapsed - diverged < POLICY.staleness
  return model.elapsed - last.elapsed < POLICY.staleness
}

async function compareJournal(scene: Scene): Promise<void> {
  const { model, history, tally } = scene
  const { telling } = model
  model.telling = []
  const events = await readOn(scene)
  if (events === undefined) return
  for (const event of events) if (event.type === 'denial.created') adopt(model, event.denial)
  const found = events.map((event) => toText(compact(scene, event)))
  const expected = telling.map(toText)
  const owed = [...model.sessions.values()].filter(({ session, told }) => session.ending && !told)
  for (const kept of owed) tellEarly(model, kept, found, expected)
  assert.deepEqual(found.sort(), expected.sort(), 'the journal tells what happened')
  for (const event of events) {
    const cursor = cursorOf(event)
    assert.ok(hasPassed(cursor, scene.position) && !hasPassed(scene.position, cursor), 'positions grow')
    assert.ok(hasPassed(cursor, event.position), 'whoever has read it has passed it')
    scene.position = cursor
    history.push(event)
    tally.add('journal', event.type === 'session.ended' ? event.reason : event.type)
  }
  assert.equal(history.length, model.head)
}

/** A single ending behind a mass ending may be told before the tidier comes to it. */
function tellEarly(model: Model, kept: Kept, found: readonly string[], expected: string[]): void {
  const text = toText(endedEntry(kept))
  if (!found.includes(text)) return
  kept.told = true
  model.head += 1
  expected.push(text)
}

/** Denials are numbered in whatever order they were made in. */
function adopt(model: Model, { id, ...told }: Denial): void {
  const same = model.denials.find(({ id: none, ...denial }) => none === '' && isDeepStrictEqual(denial, told))
  if (same !== undefined) same.id = id
}

async function readOn(scene: Scene): Promise<readonly RollcallEvent[] | undefined> {
  const { world, model, history, tally } = scene
  const forgotten = model.floor > history.length
  try {
    const { events } = await world.nodes[0].sessions.events(scene.position, 1_000)
    assert.ok(!forgotten, 'a forgotten position is said to be forgotten')
    return events
  } catch (fault) {
    if (!isRollcallError(fault, 'position-forgotten')) throw fault
    assert.ok(forgotten, 'what is kept of the journal can be read')
    tally.add('journal', 'forgotten')
    history.length = model.head
    scene.position = String(fault.details.position)
    return undefined
  }
}

function compact(scene: Scene, { position, cursor: _cursor, ...event }: RollcallEvent): Entry {
  const { type, realm, at } = event
  switch (type) {
    case 'session.ended': {
      assert.deepEqual([event.reason, event.by], [event.session.ending?.reason, event.session.ending?.by])
      const mass = event.mass === undefined ? {} : { mass: scene.masses.indexOf(event.mass) + 1 }
      return { type, realm, at, session: event.session, ...mass }
    }
    case 'sessions.ended': {
      const { by: _by, ...told } = event
      return { ...told, number: scene.masses.push(position) }
    }
    case 'token.reused':
      return { type, realm, at, id: event.session.id }
    default: {
      const { by: _by, ...told } = event as typeof event & { readonly by?: unknown }
      return told
    }
  }
}

/** The same text for the same facts. */
export function toText(entry: Entry): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
