/**
 * Statements about who and what is kept out.
 *
 * @module
 */
import { type Kysely, sql } from 'kysely'
import type { Database, DenialTable } from '../schema.ts'
import { compile, place, type Statement } from '../statement.ts'

/** Statements about denials. */
export interface DenialStatements {
  /** The latest moment until which one of four (key, value) pairs is kept out of a `realm`. */
  readonly deniedUntil: Statement<{ readonly until: number | null }>

  /** One that keeps the same out of a `realm`, and at least until then. */
  readonly findSameDenial: Statement<{ readonly id: number }>
  readonly insertDenial: Statement<{ readonly id: number }>

  /** By `realm` and `id`, unless it is over `now`. */
  readonly findDenial: Statement<DenialTable>

  /** Those of a `realm` that hold `now`, behind the id `after`. */
  readonly listDenials: Statement<DenialTable>
  readonly deleteDenial: Statement<unknown>
  readonly deleteDenials: Statement<unknown>
}

/** Builds them. */
export function denialStatements(builder: Kysely<Database>): DenialStatements {
  const inRealm = builder.selectFrom('denials').where('realm', '=', place<string>('realm'))
  const holding = inRealm.where('until', '>', place<number>('now'))
  return {
    deniedUntil: compile(
      holding
        .select((select) => select.fn.max('until').as('until'))
        .where(
          sql<boolean>`(key, value) in (values
            ('user', ${place<string>('user')}),
            ('login', ${place<string>('login')}),
            ('name', ${place<string>('name')}),
            ('address', ${place<string>('address')}))`,
        ),
    ),
    findSameDenial: compile(
      inRealm
        .select('id')
        .where('key', '=', place<string>('key'))
        .where('value', '=', place<string>('value'))
        .where('until', '>=', place<number>('until')),
    ),
    insertDenial: compile(
      builder
        .insertInto('denials')
        .values({
          realm: place<string>('realm'),
          key: place<string>('key'),
          value: place<string>('value'),
          at: place<number>('at'),
          until: place<number>('until'),
          by: place<string>('by'),
        } as never)
        .returning('id'),
    ),
    findDenial: compile(holding.selectAll().where('id', '=', place<number>('id'))),
    listDenials: compile(
      holding
        .selectAll()
        .where('id', '>', place<number>('after'))
        .orderBy('id')
        .limit(place<number>('limit')),
    ),
    deleteDenial: compile(builder.deleteFrom('denials').where('id', '=', place<number>('id'))),
    deleteDenials: compile(builder.deleteFrom('denials').where('until', '<=', place<number>('now'))),
  }
}
