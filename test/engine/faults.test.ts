/**
 * Whatever fails on the way, and wherever, no token comes out live that should not.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RollcallError } from '../../src/core/errors.ts'
import type { SessionStore } from '../../src/core/store.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { type EngineBench, engineBench } from '../support/engine.ts'

/** What may happen to a call of the store in place of its answer. */
const FAULTS: Readonly<Record<string, (call: () => Promise<unknown>) => Promise<unknown>>> = {
  'is refused': () => Promise.reject(new RollcallError('store-unavailable')),
  'throws something else': () => Promise.reject(new TypeError('undefined is not a function')),
  'is done, and its answer lost': (call) =>
    call().then(() => Promise.reject(new RollcallError('store-unavailable'))),
  'answers nothing': () => Promise.resolve(undefined),
  'answers an empty object': () => Promise.resolve({}),
  'answers null': () => Promise.resolve(null),
  'never answers': () => new Promise(() => undefined),
}

/** Calls that somebody makes with a token in hand. */
const CALLS: Readonly<Record<string, (sessions: SessionManager, token: string) => Promise<unknown>>> = {
  verify: (sessions, token) => sessions.verify(token),
  'verify afresh': (sessions, token) => sessions.verify(token, { fresh: true }),
  'verify how fresh': (sessions, token) => sessions.verify(token, { maxAge: '1h' }),
  refresh: (sessions, token) => sessions.refresh(token),
}

/** Tokens that stand for nothing live. */
const DEAD: Readonly<Record<string, (bench: EngineBench) => Promise<string>>> = {
  ended: async ({ sessions }) => {
    const { token, session } = await sessions.issue({ user: { id: 'ada' } })
    await sessions.verify(token)
    await sessions.end({ id: session.id })
    return token
  },
  expired: async ({ sessions, env }) => {
    const { token } = await sessions.issue({ user: { id: 'ada' }, lifetime: '1m' })
    await sessions.verify(token)
    await env.advance(60_000)
    return token
  },
  'ended with its login': async ({ sessions }) => {
    const login = await sessions.issue({ user: { id: 'ada' } })
    const { token } = await sessions.issue({ kind: 'connection', parentId: login.session.id })
    await sessions.verify(token)
    await sessions.end({ id: login.session.id })
    return token
  },
  'of a banned user': async ({ sessions }) => {
    const { token } = await sessions.issue({ user: { id: 'ada' } })
    await sessions.verify(token)
    await sessions.users.update('ada', { banned: true })
    return token
  },
  'late in its return': async ({ sessions, env }) => {
    const { token } = await sessions.issue({ user: { id: 'ada' } })
    await sessions.refresh(token)
    env.jump(11_000)
    return token
  },
}

/** A store of which one call, counted from a moment on, meets a fault. */
interface Faulty {
  readonly spoil: (store: SessionStore) => SessionStore

  /** Counts from now on, and strikes the call of that number. */
  strike(at: number, fault: (call: () => Promise<unknown>) => Promise<unknown>): void

  /** Strikes no more. */
  rest(): void

  /** How many calls were counted between the two. */
  most(): number
}

function faulty(): Faulty {
  let calls = 0
  let most = 0
  let struck = 0
  let fault = (call: () => Promise<unknown>) => call()

  function spoilt(call: (...given: never[]) => Promise<unknown>) {
    return (...given: never[]) => {
      calls += 1
      return calls === struck ? fault(() => call(...given)) : call(...given)
    }
  }

  return {
    most: () => most,
    rest() {
      most = calls
      struck = 0
    },
    strike(at, next) {
      calls = 0
      struck = at
      fault = next
    },
    spoil: (store) =>
      Object.fromEntries(
        Object.entries(store).map(([name, call]) => [
          name,
          typeof call !== 'function' || UNTOUCHED.has(name) ? call : spoilt(call),
        ]),
      ) as SessionStore,
  }
}

/** The journal is read in the background, at moments of its own. */
const UNTOUCHED: ReadonlySet<string> = new Set(['read', 'close'])

/** How a call came out: live, with another answer, with a fault, or not at all. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  const waited = new Promise<string>((resolve) => setTimeout(resolve, 20, 'no answer'))
  const answered = call.then(
    (verdict) => ((verdict as { readonly ok?: boolean }).ok ? 'live' : 'answered'),
    () => 'thrown',
  )
  return Promise.race([answered, waited])
}

/** Meets each call that is awaited, in turn, with a fault. Returns how many calls there were. */
async function strikeEach(
  fault: (call: () => Promise<unknown>) => Promise<unknown>,
  meet: (store: Faulty, strike: () => void, at: number) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at++) {
    const store = faulty()
    await meet(store, () => store.strike(at, fault), at)
    if (store.most() < at) return at - 1
  }
}

/** Meets verifying and refreshing with every fault. Returns how many were met, and what came out live. */
async function breachesOf(wrap: (sessions: SessionManager) => SessionManager = (sessions) => sessions) {
  const breaches: string[] = []
  let met = 0
  const table = Object.entries(DEAD).flatMap(([dead, make]) =>
    Object.entries(CALLS).flatMap(([name, call]) =>
      Object.entries(FAULTS).map(([what, fault]) => ({ dead, make, name, call, what, fault })),
    ),
  )
  for (const { dead, make, name, call, what, fault } of table) {
    met += await strikeEach(fault, async (store, strike, at) => {
      await using bench = await engineBench({}, store.spoil)
      const sessions = wrap(bench.sessions)
      const token = await make({ ...bench, sessions })
      strike()
      const during = await outcomeOf(call(sessions, token))
      store.rest()
      const afterwards = await outcomeOf(call(sessions, token))
      if (during === 'live' || afterwards === 'live')
        breaches.push(`${name} of a token ${dead}, where call ${at} ${what}`)
    })
  }
  return { met, breaches }
}

test('no fault of any awaited call makes a dead token live', async (t) => {
  const { met, breaches } = await breachesOf()
  t.diagnostic(`${met} faults met`)
  assert.deepEqual(breaches, [])
  assert.ok(met > 150)
})

test('the same faults catch a verification that falls back on what it knew', async () => {
  const { breaches } = await breachesOf((sessions) => {
    const known = new Map<string, Awaited<ReturnType<SessionManager['verify']>>>()
    return {
      ...sessions,
      async verify(token, options) {
        try {
          const verdict = await sessions.verify(token, options)
          if (verdict.ok) known.set(token, verdict)
          return verdict
        } catch (fault) {
          const before = known.get(token)
          if (before === undefined) throw fault
          return before
        }
      },
    }
  })
  assert.ok(breaches.length > 0)
})

test('a session whose end was kept is never left at hand, whatever fails meanwhile', async (t) => {
  const ways: Readonly<Record<string, (sessions: SessionManager, id: string) => Promise<unknown>>> = {
    'by id': (sessions, id) => sessions.end({ id }),
    'of a user': (sessions) => sessions.end({ userId: 'ada' }),
    'by filter': (sessions) => sessions.end({ filter: { userId: 'ada' } }),
    'by a ban': (sessions) => sessions.users.update('ada', { banned: true }),
    'of everyone': (sessions) => sessions.end({ everyone: true }),
  }
  const faults = ['is refused', 'throws something else', 'is done, and its answer lost', 'never answers']
  let met = 0
  for (const [way, end] of Object.entries(ways)) {
    for (const what of faults) {
      met += await strikeEach(FAULTS[what] ?? assert.fail(what), async (store, strike, at) => {
        await using bench = await engineBench({}, store.spoil)
        const { token, session } = await bench.sessions.issue({ user: { id: 'ada' } })
        await bench.sessions.verify(token)
        strike()
        const outcome = await outcomeOf(end(bench.sessions, session.id))
        store.rest()
        const kept = (await bench.store.find(session.id))?.record.ending !== undefined
        const where = `${way}, where call ${at} ${what}`
        assert.ok(kept || outcome !== 'answered', `acknowledged ${where}, and not kept`)
        if (!kept) return
        assert.equal(bench.sessions.verifyCached(token), undefined, where)
        assert.notEqual(await outcomeOf(bench.sessions.verify(token)), 'live', where)
      })
    }
  }
  t.diagnostic(`${met} faults met`)
  assert.ok(met >= 20)
})

test('a node that cannot read the journal vouches for nothing once its lease is over', async () => {
  let away = false
  await using bench = await engineBench({}, (store) => ({
    ...store,
    read: (after, limit) => (away ? Promise.reject(new Error('away')) : store.read(after, limit)),
    find: (id) => (away ? Promise.reject(new RollcallError('store-unavailable')) : store.find(id)),
  }))
  const { token } = await bench.sessions.issue({ user: { id: 'ada' } })
  await bench.sessions.verify(token)
  away = true
  await bench.env.advance(999)
  await bench.env.advance(2)
  assert.equal(bench.sessions.verifyCached(token), undefined)
  await assert.rejects(bench.sessions.verify(token))
  away = false
  await bench.env.advance(1_000)
  assert.ok((await bench.sessions.verify(token)).ok)
})
