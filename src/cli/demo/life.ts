/**
 * What people of the demo do all day.
 *
 * @module
 */
import type { WireUser } from '../../protocol/shapes.ts'
import type { Chance, Several, Weighed } from './chance.ts'
import { connectionOf, loginOf, type Person, personOf, playbackOf, strangersPlayback } from './people.ts'
import { type Stage, unlessPlayed } from './stage.ts'
import type { Held } from './world.ts'

/** A day that goes on, deed by deed. */
export interface Life {
  /** Does the next thing. Answers its name; undefined where nobody was there to do it. */
  step(): Promise<string | undefined>
}

/** What a day is made of. */
export interface Living {
  readonly stage: Stage
  readonly chance: Chance
  readonly users: number
  readonly seed: string
  readonly realm?: string | undefined

  /** How many sessions there should be, about. */
  readonly target: number
}

interface Day extends Living {
  /** Who is banned, and for how many deeds more. */
  readonly banned: Map<string, number>

  /** Deeds so far. */
  deeds: number

  /** A token that was exchanged, which a thief might have kept, and after which deed. */
  stolen?: { readonly id: string; readonly token: string; readonly since: number }
}

interface Deed extends Weighed {
  readonly name: string

  /** Adds to the crowd, or takes from it; what keeps it as large as it should be. */
  readonly crowd: 1 | 0 | -1
  readonly act: (day: Day) => Promise<boolean>
}

/** Deeds for which somebody who was banned stays out. */
const BANNED_FOR = 150

/** Deeds after which a stolen token is shown again. At a gentle rate its grace is over by then. */
const KEPT_BY_THIEF = 60

/** Begins a day. The same chance and the same answers make the same day. */
export function beginLife(living: Living): Life {
  const day: Day = { ...living, banned: new Map(), deeds: 0 }
  return {
    async step() {
      day.deeds += 1
      await letIn(day)
      const deed = day.chance.weigh(wished(day))
      return (await deed.act(day)) ? deed.name : undefined
    },
  }
}

/** Deeds, the likelier the more they bring the crowd to the size it should have. */
function wished({ stage, target }: Day): Several<Deed> {
  const lacking = Math.sign(target - stage.world.size())
  const [first, ...rest] = DEEDS.map((deed) => ({
    ...deed,
    weight: deed.crowd === 0 ? deed.weight : deed.weight * (deed.crowd === lacking ? 2 : 0.6),
  }))
  return [first ?? DEEDS[0], ...rest]
}

const DEEDS: Several<Deed> = [
  deed('used', 40, 0, async (day) => (await someone(day)) !== undefined),

  deed('signed in', 14, 1, async ({ stage, chance, users, seed, banned }) => {
    const person = personOf(seed, chance.below(users))
    const taken = new Set(stage.world.loginsOf(person).map(({ gadget }) => gadget?.userAgent))
    const free = person.gadgets.find(({ userAgent }) => !taken.has(userAgent))
    const gadget = free ?? chance.pick(person.gadgets)
    if (banned.has(person.id)) return false
    return (await stage.issue(loginOf(person, gadget, chance), { person, gadget })) !== undefined
  }),

  deed('connected', 8, 1, (day) => beginUnder(day, 'connection')),
  deed('began to watch', 7, 1, (day) => beginUnder(day, 'playback')),

  deed('began to watch without a name', 3, 1, async ({ stage, chance }) => {
    return (await stage.issue(strangersPlayback(chance))) !== undefined
  }),

  deed('disconnected', 11, -1, async (day) => {
    const held = await someone(day, ({ kind }) => kind !== 'login')
    return held !== undefined && end(day, held, { reason: 'closed' })
  }),

  deed('signed out', 7, -1, async (day) => {
    const held = await someone(day, isLogin)
    if (held === undefined) return false
    await day.stage.holder(held.token).ask('DELETE', '/v1/me/sessions/current').catch(unlessPlayed)
    day.stage.world.drop(held.id)
    return true
  }),

  deed('signed out everywhere else', 0.7, -1, async (day) => {
    const { world, holder } = day.stage
    const held = await someone(day, (each) => isLogin(each) && each.person !== undefined)
    const others = held?.person && world.loginsOf(held.person).filter(({ id }) => id !== held.id)
    if (held === undefined || others === undefined || others.length === 0) return false
    await holder(held.token)
      .ask('DELETE', '/v1/me/sessions', { query: { scope: 'others' } })
      .catch(unlessPlayed)
    for (const { id } of others) world.drop(id)
    return true
  }),

  deed('refreshed', 8, 0, async (day) => {
    const { stage } = day
    const held = await someone(day, isLogin)
    if (held === undefined) return false
    const refreshed = await stage
      .holder(held.token)
      .ask<{ readonly token: string }>('POST', '/v1/me/refresh')
      .catch(unlessPlayed)
    if (refreshed === undefined) {
      stage.world.drop(held.id)
      return false
    }
    stage.world.renew(held.id, refreshed.token)
    day.stolen ??= { id: held.id, token: held.token, since: day.deeds }
    return true
  }),

  deed('named a device', 1, 0, async (day) => {
    const held = await someone(day, isLogin)
    if (held === undefined) return false
    const label = day.chance.pick(['Work', 'Home', 'Travel', 'Spare', 'Old one', 'New one'])
    const named = await day.stage
      .holder(held.token)
      .ask('PATCH', '/v1/me/sessions/current', { body: { label } })
      .catch(unlessPlayed)
    return named !== undefined
  }),

  deed('proved more', 1, 0, async (day) => {
    const held = await someone(day, isLogin)
    if (held === undefined) return false
    const proven = await day.stage.backend
      .ask<{ readonly token?: string }>('PATCH', `/v1/sessions/${held.id}`, {
        body: { authentication: { methods: ['pwd', 'hwk'], level: 3 } },
      })
      .catch(unlessPlayed)
    if (proven?.token !== undefined) day.stage.world.renew(held.id, proven.token)
    return proven !== undefined
  }),

  deed('was signed out by an operator', 1.5, -1, async (day) => {
    const held = await someone(day, isLogin)
    return held !== undefined && end(day, held, { reason: 'revoked' })
  }),

  deed('was kicked', 0.5, -1, async (day) => {
    const held = await someone(day, ({ kind }) => kind === 'playback')
    return held !== undefined && end(day, held, { reason: 'revoked', deny: { keys: ['address'], for: '5m' } })
  }),

  deed('was robbed of a token', 1, -1, async (day) => {
    const { stolen, stage, deeds } = day
    if (stolen === undefined || deeds - stolen.since < KEPT_BY_THIEF) return false
    delete day.stolen
    if (await isLive(day, stolen.token)) return false
    stage.world.drop(stolen.id)
    return true
  }),

  deed('was banned', 0.25, -1, async (day) => {
    const held = await someone(day, (each) => isLogin(each) && each.person?.role === 'member')
    const person = held?.person
    if (person === undefined) return false
    const reason = day.chance.pick(['account stolen', 'spam', 'shared account', 'chargeback'])
    await changeUser(day, person, { banned: true, reason })
    for (const { id } of day.stage.world.loginsOf(person)) day.stage.world.drop(id)
    day.banned.set(person.id, BANNED_FOR)
    return true
  }),
]

/** Lifts the bans that have lasted long enough. */
async function letIn(day: Day): Promise<void> {
  for (const [id, rest] of day.banned) {
    day.banned.set(id, rest - 1)
    if (rest > 1) continue
    day.banned.delete(id)
    await changeUser(day, { id }, { banned: false })
  }
}

async function changeUser({ stage, realm }: Day, { id }: Pick<Person, 'id'>, body: object): Promise<void> {
  const path = `/v1/users/${encodeURIComponent(id)}`
  await stage.backend
    .ask<{ readonly user: WireUser }>('PATCH', path, { query: { realm }, body })
    .catch(unlessPlayed)
}

async function beginUnder({ stage, chance }: Day, kind: 'connection' | 'playback'): Promise<boolean> {
  const login = stage.world.draw(chance, (each) => isLogin(each) && each.gadget !== undefined)
  if (login?.person === undefined || login.gadget === undefined) return false
  const { id: parentId, person, gadget } = login
  const draft = kind === 'connection' ? connectionOf(gadget, chance) : playbackOf(person, gadget, chance)
  return (await stage.issue(draft, { person, gadget, parentId })) !== undefined
}

async function end({ stage, realm }: Day, { id }: Held, how: object): Promise<boolean> {
  const selector = { id, ...(realm !== undefined && { realm }) }
  const { ended } = await stage.backend.ask<{ readonly ended: number }>('POST', '/v1/sessions/end', {
    body: { selector, ...how },
  })
  stage.world.drop(id)
  return ended > 0
}

/** Somebody who is really still there, and was active just now by being asked. */
async function someone(day: Day, fits: (held: Held) => boolean = () => true): Promise<Held | undefined> {
  const held = day.stage.world.draw(day.chance, fits)
  if (held === undefined || (await isLive(day, held.token))) return held
  day.stage.world.drop(held.id)
  return undefined
}

async function isLive({ stage }: Day, token: string): Promise<boolean> {
  return (await stage.backend.ask<{ readonly live: boolean }>('POST', '/v1/verify', { body: { token } })).live
}

function isLogin({ kind }: Held): boolean {
  return kind === 'login'
}

function deed(name: string, weight: number, crowd: Deed['crowd'], act: Deed['act']): Deed {
  return { name, weight, crowd, act }
}
