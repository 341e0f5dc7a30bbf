/**
 * Statements that are built once, with named places for their values, and run many times.
 *
 * Building a query costs ten times as much as running a small one; so each is built when a store opens.
 *
 * @module
 */
import type { Compilable } from 'kysely'

/** What a database can hold. */
export type Value = string | number | null | Uint8Array

/** The values of a statement, by the names of their places. */
export type Values = Readonly<Record<string, Value>>

/** A statement ready to be prepared. `Row` is what it answers with. */
export interface Statement<Row> {
  readonly sql: string

  /** Turns named values into positional ones. Throws a TypeError for a place without a value. */
  bind(values: Values): Value[]

  /** What it answers with; for the compiler alone. */
  readonly row?: Row
}

class Place {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A place for a value of that name. The types are told that it is the value. */
export function place<Type extends Value>(name: string): Type {
  return new Place(name) as unknown as Type
}

/** Compiles a query that was built with {@link place}s. */
export function compile<Row>(query: Compilable<Row>): Statement<Row> {
  const { sql, parameters } = query.compile()
  return {
    sql,
    bind: (values) =>
      parameters.map((parameter) =>
        parameter instanceof Place ? valueAt(values, parameter) : (parameter as Value),
      ),
  }
}

function valueAt(values: Values, { name }: Place): Value {
  const value = values[name]
  if (value === undefined) throw new TypeError(`The statement has no value for "${name}"`)
  return value
}
