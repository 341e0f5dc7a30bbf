/**
 * Sessions, as people read them.
 *
 * @module
 */
import type { WireSession } from '../protocol/shapes.ts'
import { ago } from './phrases.ts'
import { type Column, drawFacts, drawTable } from './table.ts'

/** How to draw. */
export interface Drawing {
  /** The moment that "3 h ago" counts from, in milliseconds since the Unix epoch. */
  readonly now: number
  readonly colour: boolean
}

/** Draws sessions as a table. */
export function drawSessions(sessions: readonly WireSession[], { now, colour }: Drawing): string {
  const columns: readonly Column<WireSession>[] = [
    { head: 'ID', cell: ({ id }) => id },
    { head: 'KIND', cell: ({ kind }) => kind },
    { head: 'USER', cell: ({ userId }) => userId, most: 40 },
    { head: 'RESOURCE', cell: ({ resource }) => resource, most: 40 },
    { head: 'NAME', cell: ({ name }) => name, most: 32 },
    { head: 'DEVICE', cell: deviceOf, most: 40 },
    { head: 'IP', cell: ({ device }) => device.ip },
    { head: 'ISSUED', cell: ({ issuedAt }) => ago(issuedAt, now) },
    { head: 'ACTIVE', cell: ({ lastActiveAt }) => ago(lastActiveAt, now) },
    { head: 'STATE', cell: (session) => stateOf(session, now) },
  ]
  return drawTable(sessions, columns, colour)
}

/** Draws all that is known of one session. */
export function drawSession(session: WireSession, { now, colour }: Drawing): string {
  const moment = (at: string | undefined) => (at === undefined ? undefined : `${at} (${ago(at, now)})`)
  const { device, authentication, data, ending } = session
  return drawFacts(
    [
      ['id', session.id],
      ['state', stateOf(session, now)],
      ['kind', session.kind],
      ['user', session.userId],
      ['realm', session.realm],
      ['parent', session.parentId],
      ['resource', session.resource],
      ['name', session.name],
      ['node', session.node],
      ['serial', String(session.serial)],
      ['device', deviceOf(session)],
      ['ip', device.ip],
      ['user agent', device.userAgent],
      [
        'signed in by',
        authentication && `${authentication.methods.join(', ')} (level ${authentication.level})`,
      ],
      ['issued', moment(session.issuedAt)],
      ['authenticated', moment(session.authenticatedAt)],
      ['last active', moment(session.lastActiveAt)],
      ['expires', moment(session.expiresAt)],
      ['idle until', moment(session.idleExpiresAt)],
      ['ended', moment(ending?.at)],
      ['ended by', ending && `${ending.by.kind} ${ending.by.id}`],
      ['data', data === undefined ? undefined : JSON.stringify(data)],
    ],
    colour,
  )
}

/** The name its owner gave it; else browser and system. */
export function deviceOf({ device }: WireSession): string | undefined {
  const parsed = [device.browser, device.os].filter((part) => part !== undefined)
  return device.label ?? (parsed.length > 0 ? parsed.join(', ') : device.userAgent)
}

function stateOf({ ending }: WireSession, now: number): string {
  return ending === undefined ? 'live' : `${ending.reason} ${ago(ending.at, now)}`
}
