/**
 * The nodes that share a database, by its clock.
 *
 * @module
 */
import { sql } from 'kysely'
import { ALL_REALMS } from '../../../core/access-key.ts'
import type { EventNode } from '../../../core/events.ts'
import {
  MEMBERSHIP,
  type NodeList,
  type NodeRecord,
  type NodeRegistry,
  type NodeReport,
} from '../../../core/node.ts'
import { readPosition } from '../../../core/position.ts'
import type { Instant } from '../../../core/time.ts'
import type { Transaction } from '../engine.ts'
import { compile, place, type Statement, type Values } from '../statement.ts'
import type { Connection } from './connection.ts'
import { POSTGRES } from './engine.ts'
import { NODES } from './locks.ts'
import type { Task } from './write.ts'
import type { Writer } from './writer.ts'

/** What a registry stands on. */
export interface NodesGround {
  readonly writer: Writer

  /** Does something on the connection for short questions; its faults are the store's. */
  readonly ask: <Result>(work: (connection: Connection) => Promise<Result>) => Promise<Result>
  readonly now: () => Promise<Instant>
}

/** Makes one. Renewing is one statement; only what is told in the journal is a write of its own. */
export function nodeRegistry({ writer, ask, now }: NodesGround): NodeRegistry {
  const write = <Result>(name: string, work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    const task: Omit<Task, 'resolve' | 'reject'> = { name, work, reach: new Set([NODES]), numbered: false }
    return writer.do<Result>(task)
  }

  return {
    async renew(report) {
      const values = toValues(report, await now())
      const { count } = await ask((connection) => connection.query(RENEW, values))
      if (count === 0) await write('join', (tx) => join(tx, report))
    },

    async list(): Promise<NodeList> {
      const at = await now()
      const { rows } = await ask((connection) => connection.query(LIST, { now: at }))
      return { nodes: rows.map(toNode), at }
    },

    leave: (id) =>
      write('leave', async (tx) => {
        const row = await tx.first(REMOVE, { id })
        if (row !== undefined) tell(tx, 'node.left', row, false)
      }),

    async dropLost() {
      const { rows } = await ask(async (connection) => connection.query(LOST, { now: await now() }))
      if (rows.length === 0) return []
      return write('dropLost', async (tx) => {
        const dropped = await tx.all(REMOVE_LOST, { now: tx.now })
        for (const row of dropped) tell(tx, 'node.left', row, true)
        return dropped.map(({ id }) => id)
      })
    },
  }
}

async function join(tx: Transaction, report: NodeReport): Promise<void> {
  const values = toValues(report, tx.now)
  if ((await tx.run(RENEW, values)) > 0) return
  const late = await tx.first(REMOVE, { id: report.id })
  if (late !== undefined) tell(tx, 'node.left', late, true)
  const made = await tx.first(INSERT, values)
  if (made !== undefined) tell(tx, 'node.joined', made)
}

function tell(tx: Transaction, type: 'node.joined' | 'node.left', row: NodeRow, lost = false): void {
  const node: EventNode = {
    id: row.id,
    ...(row.address !== null && { address: row.address }),
    version: row.version,
  }
  const what = { at: tx.now, realm: ALL_REALMS, node }
  void tx.append(type === 'node.left' ? { ...what, type, lost } : { ...what, type })
}

interface NodeRow {
  readonly id: string
  readonly address: string | null
  readonly version: string
  readonly position: number
  readonly lease: number
  readonly joined_at: number
  readonly renewed_at: number
  readonly member_until: number
}

function toNode(row: NodeRow): NodeRecord {
  return {
    id: row.id,
    ...(row.address !== null && { address: row.address }),
    version: row.version,
    position: String(row.position),
    lease: row.lease,
    joinedAt: row.joined_at,
    renewedAt: row.renewed_at,
    leaseUntil: row.renewed_at + row.lease,
    memberUntil: row.member_until,
  }
}

function toValues({ id, address, version, position, lease }: NodeReport, now: Instant): Values {
  return {
    id,
    address: address ?? null,
    version,
    position: readPosition(position)?.get('') ?? 0,
    lease,
    now,
    member_until: now + MEMBERSHIP,
  }
}

const RENEW = statement(sql`update nodes set
    address = ${place('address')},
    version = ${place('version')},
    position = greatest(position, ${place('position')}),
    lease = ${place('lease')},
    renewed_at = greatest(renewed_at, ${place('now')}),
    member_until = greatest(member_until, ${place('member_until')})
  where id = ${place('id')} and member_until > ${place('now')}`)

const INSERT =
  statement(sql`insert into nodes (id, address, version, position, lease, joined_at, renewed_at, member_until)
  values (${place('id')}, ${place('address')}, ${place('version')}, ${place('position')}, ${place('lease')},
    ${place('now')}, ${place('now')}, ${place('member_until')})
  returning *`)

const REMOVE = statement(sql`delete from nodes where id = ${place('id')} returning *`)

const REMOVE_LOST = statement(sql`delete from nodes where member_until <= ${place('now')} returning *`)

const LOST = statement(sql`select * from nodes where member_until <= ${place('now')} limit 1`)

const LIST = statement(sql`select * from nodes where member_until > ${place('now')} order by joined_at, id`)

function statement(query: ReturnType<typeof sql>): Statement<NodeRow> {
  return compile({ compile: () => query.compile(POSTGRES.builder) as never })
}
