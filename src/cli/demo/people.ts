/**
 * Who lives in the demo, and what each of them would do.
 *
 * @module
 */
import type { Authentication } from '../../core/session.ts'
import type { Role } from '../../core/user.ts'
import type { IssueBody } from '../../protocol/requests.ts'
import { type Chance, chanceFrom, type Several, type Weighed } from './chance.ts'
import { type Gadget, gadgetOf, strangersGadget } from './gadgets.ts'
import { nameOf } from './names.ts'

/** Somebody. */
export interface Person {
  readonly id: string
  readonly displayName: string
  readonly role: Role
  readonly gadgets: Several<Gadget & { readonly ip: string }>
}

/** A device of somebody. */
export type Own = Person['gadgets'][number]

/** What begins a session of somebody, less the login it lives under. */
export type Draft = Omit<IssueBody, 'parentId' | 'realm'>

/** Makes the person of that number. The same seed makes the same people. */
export function personOf(seed: string, number: number): Person {
  const chance = chanceFrom(`${seed} ${number}`)
  const { id, first, full } = nameOf(number, chanceFrom(seed).below(3_072))
  const home = addressOf(chance)
  const own = (): Own => {
    const gadget = gadgetOf(chance, first)
    return { ...gadget, ip: gadget.place === 'home' ? home : addressOf(chance) }
  }
  const others = Array.from({ length: chance.weigh(GADGETS).others }, own)
  return { id, displayName: full, role: chance.weigh(ROLE_SHARES).role, gadgets: [own(), ...others] }
}

/** A login of somebody on one of their devices. */
export function loginOf({ id, displayName, role }: Person, gadget: Own, chance: Chance): Draft {
  const { lifetime, idle } = chance.weigh(SPANS)
  return {
    user: { id, displayName, ...(role !== 'member' && { role }) },
    kind: 'login',
    device: deviceOf(gadget),
    authentication: chance.weigh(PROOFS).authentication,
    ...(lifetime !== undefined && { lifetime }),
    ...(idle !== undefined && { idle }),
    ...(chance.happens(0.3) && { data: { plan: chance.pick(['free', 'free', 'plus', 'pro']) } }),
  }
}

/** An open connection under a login. */
export function connectionOf(gadget: Own, chance: Chance): Draft {
  return { kind: 'connection', resource: chance.pick(ROOMS), device: deviceOf(gadget) }
}

/** A playback under a login. Some have a name, which nobody else has. */
export function playbackOf({ id }: Person, gadget: Own, chance: Chance): Draft {
  const name = chance.happens(0.3) ? `${id}-${chance.below(10_000)}` : undefined
  return {
    kind: 'playback',
    resource: chance.pick(STREAMS),
    device: deviceOf(gadget),
    ...(name !== undefined && { name }),
  }
}

/** A playback of nobody in particular. */
export function strangersPlayback(chance: Chance): Draft {
  const device = { userAgent: strangersGadget(chance).userAgent, ip: addressOf(chance) }
  return { kind: 'playback', resource: chance.pick(STREAMS), device, lifetime: '12h', idle: '30m' }
}

const ROOMS: Several<string> = [
  'default/chat/general',
  'default/chat/support',
  'default/chat/random',
  'default/app/notifications',
  'default/app/presence',
]

const STREAMS: Several<string> = [
  'default/app/stream-main',
  'default/app/stream-main',
  'default/app/stream-keynote',
  'default/app/stream-match',
  'default/app/stream-lobby',
]

const GADGETS: Several<Weighed & { readonly others: number }> = [
  { weight: 35, others: 0 },
  { weight: 40, others: 1 },
  { weight: 18, others: 2 },
  { weight: 7, others: 3 },
]

const ROLE_SHARES: Several<Weighed & { readonly role: Role }> = [
  { weight: 94, role: 'member' },
  { weight: 5, role: 'staff' },
  { weight: 1, role: 'operator' },
]

/** Methods by their RFC 8176 names. */
const PROOFS: Several<Weighed & { readonly authentication: Authentication }> = [
  { weight: 52, authentication: { methods: ['pwd'], level: 1 } },
  { weight: 22, authentication: { methods: ['pwd', 'otp'], level: 2 } },
  { weight: 8, authentication: { methods: ['pwd', 'sms'], level: 2 } },
  { weight: 10, authentication: { methods: ['swk', 'user'], level: 2 } },
  { weight: 8, authentication: { methods: ['hwk', 'pin'], level: 3 } },
]

const SPANS: Several<Weighed & Pick<IssueBody, 'lifetime' | 'idle'>> = [
  { weight: 60 },
  { weight: 15, lifetime: '12h' },
  { weight: 15, lifetime: '14d', idle: '2d' },
  { weight: 10, lifetime: '1d', idle: '2h' },
]

/** The networks that RFC 5737 and RFC 3849 keep for documentation: nobody's real address is among them. */
const NETWORKS: Several<string> = ['203.0.113.', '198.51.100.', '192.0.2.']

function addressOf(chance: Chance): string {
  if (!chance.happens(0.3)) return `${chance.pick(NETWORKS)}${1 + chance.below(254)}`
  const groups = Array.from({ length: 3 }, () => chance.below(0x10000).toString(16))
  return `2001:db8:${groups.join(':')}::${(1 + chance.below(0xffff)).toString(16)}`
}

function deviceOf({ ip, userAgent, label }: Own): NonNullable<Draft['device']> {
  return { ip, userAgent, ...(label !== undefined && { label }) }
}
