/**
 * What happened, a line for each event.
 *
 * @module
 */
import { styleText } from 'node:util'
import type { EventType } from '../core/events.ts'
import type { WireEvent } from '../protocol/shapes.ts'
import { ago, counted } from './phrases.ts'
import { type Drawing, deviceOf } from './session-view.ts'
import { harmless, pad, shorten } from './table.ts'

/** Draws one event: when, what, whose, on which device, why and by whom, where, from which address. */
export function drawEvent(event: WireEvent, { now, colour }: Drawing): string {
  const type = pad(event.type, TYPE_WIDTH)
  const rest = [
    column(whoOf(event), WHO_WIDTH),
    column(whatOf(event, now), WHAT_WIDTH),
    shown(whyOf(event)),
    shown(placeOf(event)),
    shown(event.session?.device.ip),
  ]
  const words = rest.filter((each) => each !== '').join('  ')
  return `${timeOf(event.at, now)}  ${coloured(type, event.type, colour)}  ${words.trimEnd()}\n`
}

const TYPE_WIDTH = 17
const WHO_WIDTH = 20
const WHAT_WIDTH = 24
const DAY = 86_400_000

/** The time of day here; with its date where that is another one. */
function timeOf(at: string, now: number): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return harmless(at)
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString()
  return now - moment.getTime() < DAY ? local.slice(11, 19) : local.slice(0, 19).replace('T', ' ')
}

function whoOf({ session, user, userId, type }: WireEvent): string {
  if (session !== undefined) return session.userId ?? 'nobody'
  if (type === 'sessions.ended') return userId ?? 'everyone'
  return user?.id ?? ''
}

function whatOf({ session, user, key, denial, count, except }: WireEvent, now: number): string {
  if (session !== undefined) return shorten(deviceOf(session) ?? session.kind, WHAT_WIDTH)
  if (count !== undefined)
    return `${counted(count, 'session')}${except === undefined ? '' : ` but ${except}`}`
  if (key !== undefined) return `${key.name} ${key.id}`
  if (denial !== undefined) return `${denial.key} ${denial.value} until ${ago(denial.until, now)}`
  if (user === undefined) return ''
  return user.banned ? `banned${user.banReason === undefined ? '' : `: ${user.banReason}`}` : user.role
}

/** Why, and by whom unless that is its holder, or nobody but the clock or a parent. */
function whyOf({ reason, by, session }: WireEvent): string {
  const another = by !== undefined && by.kind !== 'system' && by.id !== session?.userId
  return [reason, another ? `by ${by.kind} ${by.id}` : undefined]
    .filter((each) => each !== undefined)
    .join(' ')
}

function placeOf({ session }: WireEvent): string | undefined {
  if (session === undefined || session.kind === 'login') return undefined
  const place = [session.resource, session.name].filter((each) => each !== undefined).join(' ')
  return `${session.kind}${place === '' ? '' : ` of ${place}`}`
}

const COLOURS: Readonly<Partial<Record<EventType, Parameters<typeof styleText>[0]>>> = {
  'session.created': 'green',
  'session.ended': 'red',
  'sessions.ended': ['bold', 'red'],
  'token.reused': ['bold', 'yellow'],
  'denial.created': 'yellow',
  'user.updated': 'cyan',
  'key.created': 'magenta',
  'key.withdrawn': 'magenta',
}

function coloured(text: string, type: EventType, colour: boolean): string {
  const style = colour ? COLOURS[type] : undefined
  return style === undefined ? text : styleText(style, text, { validateStream: false })
}

/** As wide as its column, or wider: what operators wrote is never cut. */
function column(text: string, width: number): string {
  return pad(shown(text), width)
}

function shown(text: string | undefined): string {
  return harmless(text ?? '')
}
