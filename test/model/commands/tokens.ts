import assert from 'node:assert/strict'
import fc from 'fast-check'
import { newToken } from '../../../src/core/token.ts'
import type { Refreshed, Verdict } from '../../../src/engine/manager.ts'
import { nodeEnv } from '../../../src/env.ts'
import { given, index, type Kind, kind, level, maybe, node, pick } from '../command.ts'
import { endReused, type Judged, judge, refreshed } from '../model.ts'
import { mayBeBehind, type Scene, toText } from '../scene.ts'

/** A token that was given out, told by how long ago; or what merely looks like one. */
const token = fc.record({
  ago: index,
  as: fc.oneof(
    { weight: 20, arbitrary: fc.constant('given' as const) },
    { weight: 1, arbitrary: fc.constantFrom('malformed' as const, 'forged' as const) },
  ),
})

const verifying = fc.record({
  node,
  token,
  mode: fc.constantFrom('ask', 'ask', 'ask', 'at hand', 'fresh', 'quiet'),
  level: maybe(level, 8),
  maxAge: maybe(fc.constantFrom(0, 5_000, 3_600_000), 8),
})

type Verifying = typeof verifying extends fc.Arbitrary<infer Value> ? Value : never

/** Commands that present tokens. */
export const tokens: readonly Kind[] = [
  kind('verify', 14, verifying, async (scene, asked) => {
    const text = toToken(scene, asked.token)
    const { sessions } = scene.world.nodes[asked.node]
    const verdict =
      asked.mode === 'at hand' ? sessions.verifyCached(text) : await sessions.verify(text, optionsOf(asked))
    if (verdict !== undefined) judgeVerdict(scene, asked, text, verdict)
    else scene.tally.add('verdicts', 'not at hand')
    return asked.node
  }),

  kind(
    'refresh',
    7,
    fc.record({ node, token, callers: fc.constantFrom(1, 1, 1, 2, 3) }),
    async (scene, asked) => {
      const { model, world } = scene
      const text = toToken(scene, asked.token)
      const callers = Array.from(
        { length: asked.callers },
        (_, caller) => world.nodes[(asked.node + caller) % 2 ? 1 : 0],
      )
      const answers = await Promise.all(callers.map(({ sessions }) => sessions.refresh(text)))
      const known = new Set(scene.given)
      const made = answers.find((answer) => answer.ok && !known.has(answer.token))
      const expected = callers.map(() => refreshOnce(scene, text, made?.ok ? made.token : ''))
      assert.deepEqual(
        answers.map(outcomeOf).sort(),
        expected.sort(),
        'one successor, and the same for everyone',
      )
      for (const answer of answers) {
        if (!answer.ok) continue
        assert.deepEqual(answer.session, model.sessions.get(answer.session.id)?.session)
        assert.deepEqual(
          answer.user,
          model.users.get(`${answer.session.realm} ${answer.session.userId}`)?.user,
        )
      }
      return asked.node
    },
  ),
]

function optionsOf({ mode, level, maxAge }: Verifying) {
  return given({
    fresh: mode === 'fresh' || undefined,
    active: mode === 'quiet' ? false : undefined,
    level,
    maxAge,
  })
}

function toToken({ given }: Scene, { ago, as }: { readonly ago: number; readonly as: string }): string {
  const text = pick(given, ago)
  if (text === undefined || as === 'malformed') return `${text ?? 'rct_'}x`
  return as === 'given' ? text : newToken(nodeEnv(), `ses_${text.slice(4, 26)}`)
}

function judgeVerdict(scene: Scene, asked: Verifying, text: string, verdict: Verdict): void {
  const { model, tally } = scene
  const truth = isMalformed(text) ? undefined : judge(model, text)
  const lives = truth?.is === 'current' || truth?.is === 'graceful'
  const behind = asked.mode !== 'fresh' && mayBeBehind(scene, asked.node, text)
  const name = verdict.ok ? 'live' : verdict.reason
  const served = verdict.ok || verdict.reason === 'not-fresh' ? verdict.session.id : undefined
  if (served && !lives) {
    assert.ok(behind, `${text} stands for nothing (${truth?.is}), and nobody may still serve it`)
    tally.add('verdicts', 'behind')
  } else if (served) {
    checkServed(scene, asked, truth, verdict)
    tally.add('verdicts', truth?.is === 'graceful' ? 'graceful' : name)
  } else {
    assert.deepEqual(refusalOf(verdict), refused(scene, truth))
    tally.add('verdicts', name)
  }
  if (served && asked.mode !== 'quiet') model.noted[asked.node]?.set(served, model.elapsed)
}

function checkServed(scene: Scene, asked: Verifying, truth: Judged | undefined, verdict: Verdict): void {
  const { model } = scene
  const kept = truth?.kept
  if (!('session' in verdict) || kept === undefined) return
  const { realm, userId, id } = kept.session
  assert.equal(verdict.session.id, id)
  if (
    asked.mode !== 'fresh' &&
    (mayBeBehind(scene, asked.node, id) || mayBeBehind(scene, asked.node, `${realm} ${userId}`))
  )
    return
  const { lastActiveAt: _active, idleExpiresAt: _idle, ...lasting } = kept.session
  const { lastActiveAt: _lastActiveAt, idleExpiresAt: _idleExpiresAt, ...found } = verdict.session
  assert.deepEqual(found, lasting)
  if (verdict.ok) assert.deepEqual(verdict.user, model.users.get(`${realm} ${userId}`)?.user)
  if (asked.mode === 'at hand') return
  const recent = asked.maxAge === undefined || model.now - lasting.authenticatedAt <= asked.maxAge
  const strong = asked.level === undefined || (lasting.authentication?.level ?? 0) >= asked.level
  assert.equal(verdict.ok, recent && strong, 'the proof is fresh, or said not to be')
}

/** What must be said of a token that stands for nothing. One that comes back after its grace ends its session. */
function refused(scene: Scene, truth: Judged | undefined) {
  if (truth === undefined) return { reason: 'malformed' }
  if (truth.is === 'ended') return { reason: 'ended', ending: truth.ending }
  if (truth.is === 'reused' && truth.kept)
    return { reason: 'ended', ending: endReused(scene.model, truth.kept) }
  return { reason: truth.is }
}

function refusalOf(answer: Verdict | Refreshed) {
  if (answer.ok) return { reason: 'live' }
  return answer.reason === 'ended' ? { reason: 'ended', ending: answer.ending } : { reason: answer.reason }
}

function refreshOnce(scene: Scene, text: string, made: string): string {
  const { model, tally, given } = scene
  const truth = isMalformed(text) ? undefined : judge(model, text)
  const { is, kept } = truth ?? {}
  if (is === 'current' && kept) {
    refreshed(model, kept, made)
    given.push(made)
    tally.add('refreshes', 'rotated')
    return made
  }
  if (is === 'graceful' && kept) {
    tally.add('refreshes', 'graceful')
    return kept.tokens[kept.tokens.findIndex((token) => token.text === text) - 1]?.text ?? ''
  }
  const refusal = refused(scene, truth)
  tally.add('refreshes', is ?? 'malformed')
  return toText(refusal)
}

function outcomeOf(answer: Refreshed): string {
  return answer.ok ? answer.token : toText(refusalOf(answer))
}

function isMalformed(text: string): boolean {
  return text.length !== 76
}
