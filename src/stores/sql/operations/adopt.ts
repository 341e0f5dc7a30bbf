/**
 * Taking in what another store gave away, many rows at a time.
 *
 * @module
 */

import { diesAt, TOMBSTONE_AGE } from '../../../core/policy.ts'
import type { Portable } from '../../../core/portable.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Transaction } from '../engine.ts'
import { fromActor, fromHash, fromId } from '../rows.ts'
import type { Values } from '../statement.ts'
import type { ManyRows } from '../statements/moving.ts'
import { toColumns } from './insert.ts'
import { tokenColumns } from './rotate.ts'

type Kind = Portable['kind']
type Of<Wanted extends Kind> = Extract<Portable, { readonly kind: Wanted }>

/** Takes in what is not there yet, with the epochs that hold here. Returns how many things that were. */
export async function adopt(tx: Transaction, items: readonly Portable[]): Promise<number> {
  const of = <Wanted extends Kind>(kind: Wanted): readonly Of<Wanted>[] =>
    items.filter((item): item is Of<Wanted> => item.kind === kind)
  return (
    (await adoptUsers(tx, of('user'))) +
    (await adoptSessions(
      tx,
      of('session').map(({ session }) => session),
    )) +
    (await adoptDenials(tx, of('denial'))) +
    (await adoptKeys(tx, of('key')))
  )
}

async function adoptUsers(tx: Transaction, users: readonly Of<'user'>[]): Promise<number> {
  const rows = users.map(({ user, lastStamp }) => ({
    realm: user.realm,
    id: user.id,
    display_name: user.displayName ?? null,
    role: user.role,
    banned: user.banned ? 1 : 0,
    ban_reason: user.banReason ?? null,
    epoch: 0,
    last_stamp: lastStamp,
    created_at: user.createdAt,
  }))
  const fresh = await inChunks(tx, tx.statements.adoptUsers, rows)
  const isNew = new Set(fresh.map(({ realm, id }) => `${realm}\n${id}`))
  for (const row of rows)
    if (!isNew.has(`${row.realm}\n${row.id}`)) await tx.run(tx.statements.raiseStamp, row)
  return fresh.length
}

async function adoptSessions(tx: Transaction, sessions: readonly SessionRecord[]): Promise<number> {
  for (const realm of new Set(sessions.map((session) => session.realm)))
    await tx.run(tx.statements.insertRealm, { realm, epoch: 0 })
  const agents = await internAll(tx, sessions)
  const rows = new Map(
    sessions.map((session) => [
      fromId(session.id),
      rowOf(session, agents.get(session.device.userAgent ?? '')),
    ]),
  )
  const fresh = await inChunks(tx, tx.statements.adoptSessions, [...rows.values()])
  for (const { id } of fresh) rows.delete(id)
  const { raiseSerial } = tx.statements
  const serial = sessions.reduce((most, session) => Math.max(most, session.serial), 0)
  if (raiseSerial !== undefined && serial > 0) await tx.all(raiseSerial, { serial })
  return fresh.length + (await adoptAnew(tx, rows))
}

/** Takes in those that are not there although they were not taken in: their serials are others'. */
async function adoptAnew(tx: Transaction, rows: ReadonlyMap<string, Values>): Promise<number> {
  const known = await inChunks(
    tx,
    tx.statements.findIds,
    [...rows.keys()].map((id) => ({ id })),
  )
  const there = new Set(known.map(({ id }) => id))
  let count = 0
  for (const [id, row] of rows) {
    if (there.has(id)) continue
    const made = await tx.all(tx.statements.adoptSessionAnew, numbered([row]))
    count += made.length
  }
  return count
}

/** Keeps each user agent once, and tells the key of each. One that is known stays as it was read. */
async function internAll(
  tx: Transaction,
  sessions: readonly SessionRecord[],
): Promise<ReadonlyMap<string, number>> {
  const devices = new Map(
    sessions.flatMap(({ device }) => (device.userAgent === undefined ? [] : [[device.userAgent, device]])),
  )
  const rows = [...devices]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([text, { browser = null, os = null, type = null }]) => ({ text, browser, os, type }))
  const known = new Map<string, number>()
  for (const { text, key } of await inChunks(tx, tx.statements.findUserAgents, rows)) known.set(text, key)
  const missing = rows.filter(({ text }) => !known.has(text))
  await inChunks(tx, tx.statements.adoptUserAgents, missing)
  for (const { text, key } of await inChunks(tx, tx.statements.findUserAgents, missing)) known.set(text, key)
  return known
}

function rowOf(session: SessionRecord, userAgent: number | undefined): Values {
  const { ending } = session
  return {
    ...toColumns(session, userAgent ?? null),
    ...tokenColumns(session),
    serial: session.serial,
    due_at: ending === undefined ? diesAt(session) : Math.max(session.expiresAt, ending.at + TOMBSTONE_AGE),
    ended_at: ending?.at ?? null,
    end_reason: ending?.reason ?? null,
    end_by: ending === undefined ? null : fromActor(ending.by),
  }
}

async function adoptDenials(tx: Transaction, denials: readonly Of<'denial'>[]): Promise<number> {
  let count = 0
  for (const { denial } of denials) {
    const row = { ...denial, by: fromActor(denial.by) }
    if ((await tx.first(tx.statements.findSameDenial, row)) !== undefined) continue
    await tx.first(tx.statements.insertDenial, row)
    count += 1
  }
  return count
}

async function adoptKeys(tx: Transaction, keys: readonly Of<'key'>[]): Promise<number> {
  let count = 0
  for (const { key, hash } of keys) {
    const row = {
      id: key.id,
      hash: fromHash(hash),
      name: key.name,
      realm: key.realm,
      scopes: key.scopes.join(' '),
      created_at: key.createdAt,
      withdrawn_at: key.withdrawnAt ?? null,
    }
    count += (await tx.all(tx.statements.adoptKey, numbered([row]))).length
  }
  return count
}

/** How many rows go into a statement, the most first. A few sizes, so that each is prepared once. */
const SIZES = [100, 10, 1] as const

/** Runs a statement of many rows for as many as there are, and gathers what it answers. */
async function inChunks<Row>(
  tx: Transaction,
  statementFor: ManyRows<Row>,
  rows: readonly Values[],
): Promise<readonly Row[]> {
  const answers: Row[] = []
  let done = 0
  for (const size of SIZES)
    for (; rows.length - done >= size; done += size)
      answers.push(...(await tx.all(statementFor(size), numbered(rows.slice(done, done + size)))))
  return answers
}

function numbered(rows: readonly Values[]): Values {
  return Object.fromEntries(
    rows.flatMap((row, index) =>
      Object.entries(row).map(([name, value]) => [`${name}_${index}`, value] as const),
    ),
  )
}
