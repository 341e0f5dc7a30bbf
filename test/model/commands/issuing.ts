import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Device } from '../../../src/core/session.ts'
import type { IssueRequest } from '../../../src/engine/manager.ts'
import {
  attempt,
  given,
  index,
  type Kind,
  kind,
  label,
  level,
  maybe,
  node,
  pick,
  realm,
  resource,
  sessionKind,
  sessionName,
  userId,
} from '../command.ts'
import { BY, isNamedForThem, issue } from '../model.ts'
import { change, type Scene } from '../scene.ts'

/** What the user agents here say of the devices behind them, read by hand. */
const DEVICES: readonly Device[] = [
  {},
  {
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    browser: 'Chrome 120',
    os: 'Windows',
    type: 'desktop',
  },
  {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
    browser: 'Safari 17',
    os: 'iOS',
    type: 'mobile',
  },
]

/** What is asked for; parents, and what is replaced, are told by index. */
const draft = fc.record({
  node,
  user: userId,
  realm,
  kind: sessionKind,
  parent: maybe(index),
  inherits: fc.constantFrom(true, true, true, false),
  anonymous: fc.boolean(),
  resource: maybe(resource),
  name: maybe(sessionName, 4),
  lifetime: fc.constantFrom(60_000, 3_600_000, 86_400_000, undefined, undefined),
  idle: fc.constantFrom(20_000, 600_000, undefined, undefined, undefined, undefined),
  label: maybe(label),
  ip: maybe(fc.constantFrom('10.0.0.1', '10.0.0.2', '192.0.2.9')),
  device: fc.nat(DEVICES.length - 1),
  level: maybe(level),
  data: maybe(fc.constantFrom({ plan: 'pro' }, { plan: 'free', seats: [1, 2] }), 4),
  displayName: maybe(fc.constantFrom('Ada L.', 'Zoë'), 5),
  role: maybe(fc.constantFrom('member', 'staff'), 6),
  limit: fc.constantFrom(undefined, undefined, undefined, 1, 2, 2, 3),
  atLimit: fc.constantFrom('evict-oldest', 'evict-idlest', 'refuse'),
  replaces: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('same-label' as const) },
    { weight: 1, arbitrary: index },
  ),
})

type Draft = typeof draft extends fc.Arbitrary<infer Value> ? Value : never

/** Commands that begin sessions. */
export const issuing: readonly Kind[] = [
  kind('issue', 20, draft, async (scene, draft) => {
    const { model, world, tally } = scene
    const request = toRequest(scene, draft)
    const answer = await attempt(world.nodes[draft.node].sessions.issue(request))
    const made = 'code' in answer ? undefined : answer
    const { userAgent: _agent, ...described } = { ...DEVICES[draft.device] }
    const device = { ...request.device, ...described }
    const expected = issue(model, { ...request, device }, made?.session, made?.token ?? '')
    if (!expected.ok) {
      tally.add('refused', expected.code)
      const { ok: _ok, until, sessions, ...refusal } = expected
      const details = {
        ...(until && { until: new Date(until).toISOString() }),
        ...(sessions && { sessions }),
      }
      assert.deepEqual('code' in answer ? withIds(answer) : 'issued', { ...refusal, details })
      return draft.node
    }
    assert.ok(made, `it is issued, and not refused: ${JSON.stringify(answer)}`)
    assert.deepEqual(made.session, model.sessions.get(made.session.id)?.session)
    if (isNamedForThem(request))
      assert.match(made.session.name ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.deepEqual([...made.gaveWay].sort(), expected.gaveWay.sort())
    const inRealm = [...model.sessions.values()].filter(({ session }) => session.realm === made.session.realm)
    assert.ok(inRealm.every(({ session }) => session.serial <= made.session.serial))
    scene.given.push(made.token)
    if (draft.role ?? draft.displayName)
      change(scene, `${made.session.realm} ${made.session.userId}`, draft.node)
    return draft.node
  }),
]

function toRequest({ model }: Scene, draft: Draft): IssueRequest {
  const all = [...model.sessions.values()].map(({ session }) => session)
  const { lifetime, idle, data, ip, limit: sessions, atLimit, role, displayName, resource, name } = draft
  const logins = all.filter(({ kind, ending }) => kind === 'login' && ending === undefined)
  const among = draft.inherits && logins.length > 0 ? logins : all
  const under = draft.kind === 'login' || draft.parent === undefined ? undefined : pick(among, draft.parent)
  const nobodys = draft.kind === 'playback' && draft.anonymous
  const inherits = under?.userId !== undefined && draft.inherits
  const replaces =
    typeof draft.replaces === 'number' ? pick(all, draft.replaces)?.id : draft.label && draft.replaces
  const { userAgent } = { ...DEVICES[draft.device] }
  return given({
    kind: draft.kind,
    parentId: under?.id,
    user: nobodys || inherits ? undefined : given({ id: draft.user, displayName, role }),
    realm: inherits ? undefined : draft.realm,
    resource,
    name,
    lifetime,
    idle,
    data,
    device: given({ ip, label: draft.label, userAgent }),
    authentication: draft.level && { methods: ['pwd'], level: draft.level },
    limit: sessions === undefined ? undefined : { sessions, atLimit },
    replaces,
    by: BY,
  }) as IssueRequest
}

function withIds({
  code,
  details,
}: {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>
}) {
  const sessions = details.sessions as readonly { readonly id: string }[] | undefined
  return { code, details: { ...details, ...(sessions && { sessions: sessions.map(({ id }) => id) }) } }
}
