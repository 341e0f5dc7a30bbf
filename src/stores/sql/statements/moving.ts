/**
 * Statements that read everything in pieces, and take it in many rows at a time.
 *
 * @module
 */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { SessionRow } from '../rows.ts'
import type { AccessKeyTable, Database, DenialTable, UserTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'
import { SESSION_COLUMNS } from './issuing.ts'
import { sessionRows } from './reading.ts'

/** The statement for so many rows at a time: the values of each are named by its index, such as `id_0`. */
export type ManyRows<Row> = (rows: number) => Statement<Row>

/** Statements that move everything from one store to another. */
export interface MovingStatements {
  /** Behind the id `after`, at most `limit`; likewise the others. */
  readonly dumpKeys: Statement<AccessKeyTable>
  readonly dumpUsers: Statement<UserTable>

  /** Logins, or all the others, behind the serial `after`. */
  readonly dumpLogins: Statement<SessionRow>
  readonly dumpOthers: Statement<SessionRow>

  /** Denials of every realm that hold `now`. */
  readonly dumpDenials: Statement<DenialTable>

  /** Take in rows that are not there, and answer with those that were not. */
  readonly adoptUsers: ManyRows<{ readonly realm: string; readonly id: string }>
  readonly adoptSessions: ManyRows<{ readonly id: string }>
  readonly adoptKey: Statement<{ readonly id: string }>

  /** One session, with a serial that nobody has. */
  readonly adoptSessionAnew: Statement<{ readonly id: string }>
  readonly adoptUserAgents: ManyRows<unknown>
  readonly findUserAgents: ManyRows<{ readonly key: number; readonly text: string }>
  readonly findIds: ManyRows<{ readonly id: string }>

  /** Makes the last stamp of a user at least `last_stamp`. */
  readonly raiseStamp: Statement<unknown>

  /** Makes the next serial greater than `serial`; absent where taking a row in does. */
  readonly raiseSerial?: Statement<unknown>
}

/** The columns of a session that is taken in, but for its epochs. */
const TAKEN_IN: readonly string[] = [
  ...SESSION_COLUMNS.filter((column) => column !== 'realm_epoch' && column !== 'user_epoch'),
  'predecessors',
  'salt_until',
  'ended_at',
  'end_reason',
  'end_by',
]

/** Builds them. */
export function movingStatements(
  builder: Kysely<Database>,
  raiseSerial: RawBuilder<unknown> | undefined,
): MovingStatements {
  const sessions = sessionRows(builder)
    .where('s.serial', '>', place<number>('after'))
    .orderBy('s.serial')
    .limit(place<number>('limit'))
  const limit = place<number>('limit')
  return {
    dumpKeys: compile(
      builder
        .selectFrom('access_keys')
        .selectAll()
        .where('id', '>', place<string>('after'))
        .orderBy('id')
        .limit(limit),
    ),
    dumpUsers: compile(
      builder
        .selectFrom('users')
        .selectAll()
        .where(sql<boolean>`(realm, id) > (${place<string>('realm')}, ${place<string>('after')})`)
        .orderBy('realm')
        .orderBy('id')
        .limit(limit),
    ),
    dumpLogins: compile(sessions.where('s.kind', '=', sql.lit(0))),
    dumpOthers: compile(sessions.where('s.kind', '!=', sql.lit(0))),
    dumpDenials: compile(
      builder
        .selectFrom('denials')
        .selectAll()
        .where('id', '>', place<number>('after'))
        .where('until', '>', place<number>('now'))
        .orderBy('id')
        .limit(limit),
    ),
    adoptUsers: ofMany((rows) =>
      compile(
        builder
          .insertInto('users')
          .values(valuesOf(rows, USER_COLUMNS))
          .onConflict((conflict) => conflict.doNothing())
          .returning(['realm', 'id']),
      ),
    ),
    adoptSessions: ofMany((rows) =>
      compile(
        builder
          .insertInto('sessions')
          .values(valuesOf(rows, ['serial', ...TAKEN_IN], epochsOf))
          .onConflict((conflict) => conflict.doNothing())
          .returning('id'),
      ),
    ),
    adoptSessionAnew: compile(
      builder
        .insertInto('sessions')
        .values(valuesOf(1, TAKEN_IN, epochsOf))
        .onConflict((conflict) => conflict.doNothing())
        .returning('id'),
    ),
    adoptKey: compile(
      builder
        .insertInto('access_keys')
        .values(valuesOf(1, KEY_COLUMNS))
        .onConflict((conflict) => conflict.doNothing())
        .returning('id'),
    ),
    adoptUserAgents: ofMany((rows) =>
      compile(
        builder
          .insertInto('user_agents')
          .values(valuesOf(rows, ['text', 'browser', 'os', 'type']))
          .onConflict((conflict) => conflict.doNothing()),
      ),
    ),
    findUserAgents: ofMany((rows) =>
      compile(
        builder.selectFrom('user_agents').select(['key', 'text']).where('text', 'in', placesOf(rows, 'text')),
      ),
    ),
    findIds: ofMany((rows) =>
      compile(builder.selectFrom('sessions').select('id').where('id', 'in', placesOf(rows, 'id'))),
    ),
    raiseStamp: compile(
      builder
        .updateTable('users')
        .set({ last_stamp: place<number>('last_stamp') })
        .where('realm', '=', place<string>('realm'))
        .where('id', '=', place<string>('id'))
        .where('last_stamp', '<', place<number>('last_stamp')),
    ),
    ...(raiseSerial && { raiseSerial: compile({ compile: () => raiseSerial.compile(builder) as never }) }),
  }
}

const USER_COLUMNS: readonly (keyof UserTable)[] = [
  'realm',
  'id',
  'display_name',
  'role',
  'banned',
  'ban_reason',
  'epoch',
  'last_stamp',
  'created_at',
]

const KEY_COLUMNS: readonly (keyof AccessKeyTable)[] = [
  'id',
  'hash',
  'name',
  'realm',
  'scopes',
  'created_at',
  'withdrawn_at',
]

function ofMany<Row>(build: (rows: number) => Statement<Row>): ManyRows<Row> {
  const built = new Map<number, Statement<Row>>()
  return (rows) => {
    const statement = built.get(rows) ?? build(rows)
    built.set(rows, statement)
    return statement
  }
}

function valuesOf(
  rows: number,
  columns: readonly string[],
  more: (index: number) => object = () => ({}),
): never {
  return Array.from({ length: rows }, (_, index) => ({
    ...Object.fromEntries(columns.map((column) => [column, place(`${column}_${index}`)])),
    ...more(index),
  })) as never
}

/** The epochs of here and now, so that nothing before this ends what is taken in. */
function epochsOf(index: number): object {
  const realm = place<string>(`realm_${index}`)
  const user = place<string>(`user_id_${index}`)
  return {
    realm_epoch: sql`coalesce((select epoch from realms where realm = ${realm}), 0)`,
    user_epoch: sql`coalesce((select epoch from users where realm = ${realm} and id = ${user}), 0)`,
  }
}

function placesOf(rows: number, name: string): never {
  return Array.from({ length: rows }, (_, index) => place(`${name}_${index}`)) as never
}
