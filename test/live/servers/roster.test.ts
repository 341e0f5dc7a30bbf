import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RollcallError } from '../../../src/core/errors.ts'
import type { RollcallEvent } from '../../../src/core/events.ts'
import type { Session } from '../../../src/core/session.ts'
import { createSessions } from '../../../src/engine/create-sessions.ts'
import type { SessionManager } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { type Roster, roster } from '../../../src/live/servers/roster.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { until } from '../../support/until.ts'
import { REVOKED } from '../support.ts'

const PLAYBACK = { kind: 'playback', resource: 'house/stage/1' } as const
const ON_STAGE = { data: { mediaServer: 'stage' } } as const

type Ended = RollcallEvent<'session.ended'>

/** An engine, and a way to have whoever listens told of an end. */
interface Bench extends AsyncDisposable {
  readonly sessions: SessionManager
  tell(session: Pick<Session, 'id'>): void

  /** A roster of it, whose lists come by way of this. */
  roster(list?: SessionManager['list']): Roster
}

function bench(): Bench {
  const env = nodeEnv()
  const sessions = createSessions({ store: memoryStore({ clock: env.now }), env })
  const told = new Set<(event: Ended) => void>()
  const on = ((type: 'session.ended', listener: (event: Ended) => void) => {
    if (type === 'session.ended') told.add(listener)
    return sessions.on(type, listener)
  }) as SessionManager['on']
  return {
    sessions,
    tell(session) {
      for (const listener of told) listener({ session } as Ended)
    },
    roster: (list = sessions.list) =>
      roster({ sessions: { on, list, onGap: sessions.onGap }, server: 'stage', realm: 'default' }),
    [Symbol.asyncDispose]: () => sessions.close(),
  }
}

test('a session that comes to a media server after it was issued is on its roster', async () => {
  await using engine = bench()
  const { sessions } = engine
  const known = engine.roster()
  assert.deepEqual(await known.all(), [])
  const { session } = await sessions.issue({ ...PLAYBACK, name: 'ada' })
  await sessions.update(session.id, ON_STAGE)
  await until('it is on it', async () => (await known.all()).length === 1)
  await sessions.end({ id: session.id }, REVOKED)
  await until('it is off it', async () => (await known.all()).length === 0)
  known.close()
})

test('no end is missed in the moment in which a roster has been read', async () => {
  await using engine = bench()
  const { session } = await engine.sessions.issue({ ...PLAYBACK, ...ON_STAGE, name: 'ada' })
  const page = await engine.sessions.list()
  for (let steps = 0; steps < 12; steps++) {
    const known = engine.roster(async () => {
      void after(steps, () => engine.tell(session))
      return page
    })
    await known.all()
    await after(12, () => undefined)
    assert.deepEqual(await known.all(), [], `after ${steps} steps`)
    known.close()
  }
})

test('a quarter of a million ends of others leave no memory behind, however the reading went', async () => {
  const down = async (): Promise<never> => {
    throw new RollcallError('store-unavailable')
  }
  for (const list of [undefined, down]) {
    await using engine = bench()
    const known = engine.roster(list)
    await known.all().catch(() => undefined)
    flood(engine, 'warm', 2_000)
    const before = heapUsed()
    flood(engine, 'cold', 250_000)
    const grown = (heapUsed() - before) / 1_048_576
    assert.ok(grown < 8, `the heap grew by ${grown.toFixed(1)} MiB`)
    known.close()
  }
})

function flood({ tell }: Bench, name: string, ends: number): void {
  for (let end = 0; end < ends; end++) tell({ id: `ses_${name}_${end}` })
}

/** Does something a few steps of the microtask queue later. */
async function after(steps: number, work: () => void): Promise<void> {
  for (let step = 0; step < steps; step++) await Promise.resolve()
  work()
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  return process.memoryUsage().heapUsed
}
