import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openWriter } from '../../../src/stores/sql/sqlite/connection.ts'
import type { Statement } from '../../../src/stores/sql/statement.ts'
import type { Shape } from '../../../src/stores/sql/statements/searching.ts'
import type { Statements } from '../../../src/stores/sql/statements.ts'
import { freshPath, issue, open } from './support.ts'

/** Which index each statement about sessions finds its way by. */
const WAYS: Readonly<Record<string, string>> = {
  findSession: 'sqlite_autoindex_sessions_1',
  dueSessions: 'sessions_due',
  sweepSessions: 'sessions_forgettable',
  findNameHolder: 'sessions_live_name',
  openResourceFrom: 'sessions_open_resource',
  closedResourceFrom: 'sessions_closed_resource',
  endSession: 'sqlite_autoindex_sessions_1',
  replaceSession: 'sqlite_autoindex_sessions_1',
  touchSession: 'sqlite_autoindex_sessions_1',
  countUserSessions: 'sessions_open_user',
  countRealmSessions: 'sessions_open_realm',
  untidyOfUser: 'sessions_open_user',
  untidyOfRealm: 'sessions_open_realm',
  keepInUser: 'sessions_open_parent',
  keepInRealm: 'sessions_open_parent',
  saltedSessions: 'sessions_salted',
  linesBetween: 'sessions_open_node',
  'issued user open': 'sessions_open_user',
  'issued user closed': 'sessions_closed_user',
  'issued resource open': 'sessions_open_resource',
  'issued resource closed': 'sessions_closed_resource',
  'issued parent open': 'sessions_open_parent',
  'issued parent closed': 'sessions_closed_parent',
  'issued address open': 'sessions_open_address',
  'issued address closed': 'sessions_closed_address',
  'issued realm open': 'sessions_open_realm',
  'issued realm closed': 'sessions_closed_realm',
  'active realm open': 'sessions_open_active',
  'active realm closed': 'sessions_closed_active',
}

test('every statement finds its rows by an index, and sorts none of them', async () => {
  const path = freshPath()
  await (await open(path)).close()
  const { database, statements, close } = openWriter(path)
  for (const [name, { sql }] of namedStatements(statements)) {
    const plan = database
      .prepare(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
    const text = `${name}:\n${plan.join('\n')}`
    if (WAYS[name] !== undefined)
      assert.ok(
        plan.some((step) => step.includes(` ${WAYS[name]} `)),
        text,
      )
    if (!SMALL_TABLES.test(text)) assert.ok(!/\bSCAN\b(?!.*(VALUES|firsts))|TEMP B-TREE/.test(text), text)
  }
  close()
})

/** Tables that stay small whatever is kept. */
const SMALL_TABLES = /SCAN (head|access_keys|mass_endings)/

test('a session and its indexes take at most 400 bytes on the disk', async () => {
  const path = freshPath()
  const store = await open(path)
  const count = 10_000
  await issue(store, count, (index) => ({
    userId: `user-${String(index % 4_000).padStart(6, '0')}`,
    idle: 604_800_000,
    device: {
      ip: `203.0.113.${index % 256}`,
      userAgent: `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + (index % 40)}.0) Gecko/20100101 Firefox/${100 + (index % 40)}.0`,
      browser: `Firefox ${100 + (index % 40)}`,
      os: 'Linux',
      type: 'desktop',
    },
    authentication: { methods: ['pwd', 'otp'], level: 2 },
  }))
  await store.close()
  const database = new DatabaseSync(path, { readOnly: true })
  const size = database
    .prepare(
      "select sum(pgsize) as bytes from dbstat where name like '%sessions%' or name like '%user_agents%'",
    )
    .get()
  database.close()
  const perSession = Number(size?.bytes) / count
  assert.ok(perSession > 100 && perSession <= 400, `${perSession} bytes`)
})

function namedStatements({ search, ...many }: Statements): [string, Statement<unknown>][] {
  const { adoptUsers: _1, adoptSessions: _2, adoptUserAgents: _3, findUserAgents, findIds, ...others } = many
  const searches = SHAPES.flatMap((shape) => {
    const { rows, count, placeBehind, lastPlace } = search(shape)
    const name = `${shape.sort} ${shape.path} ${shape.partition}`
    return Object.entries({
      [name]: rows,
      [`${name} count`]: count,
      [`${name} place`]: placeBehind,
      [`${name} last`]: lastPlace,
    })
  })
  const ofMany = { findUserAgents, findIds }
  const ofTwo = Object.entries(ofMany).map(([name, build]): [string, Statement<unknown>] => [name, build(2)])
  return [...Object.entries<Statement<unknown>>(others), ...ofTwo, ...searches]
}

/** Every way into the sessions but those that are few enough to be sorted: a user's by activity, and what is due. */
const SHAPES: readonly Shape[] = (['open', 'closed'] as const).flatMap((partition) => [
  ...(['user', 'resource', 'parent', 'address', 'realm'] as const).map(
    (path) => ({ path, partition, sort: 'issued', conditions: [] }) as const,
  ),
  { path: 'realm', partition, sort: 'active', conditions: ['deviceType', 'label'] },
])
