import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionFilter } from '../../../src/core/selector.ts'
import type { SessionRecord } from '../../../src/core/session.ts'
import { searchFor } from '../../../src/stores/sql/shape.ts'
import { type Connection, openWriter } from '../../../src/stores/sql/sqlite/connection.ts'
import type { Path, Shape } from '../../../src/stores/sql/statements/searching.ts'
import { chanceOf, drawFilter, FILTER_FIELDS } from '../../../src/testing/contract/population.ts'
import { draftOf, NOON, TESTER } from '../../../src/testing/contract/workbench.ts'
import { freshPath, open } from './support.ts'

/** The way in that each path stands for, in either order. */
const WAYS: Readonly<Record<Path, RegExp>> = {
  user: /INDEX sessions_(open|closed)_user /,
  parent: /INDEX sessions_(open|closed)_parent /,
  resource: /INDEX sessions_(open|closed)_resource /,
  name: /INDEX sessions_live_name /,
  address: /INDEX sessions_(open|closed)_address /,
  realm: /INDEX sessions_(open|closed)_(realm|active) /,
}

test('every search, of one field or two or by name, goes in by its index and walks the list in its order', async () => {
  const path = freshPath()
  const store = await open(path)
  const inserted = await store.insert(draftOf({ name: 'seat' }), { by: TESTER })
  await store.close()
  assert.ok(inserted.ok)
  const connection = openWriter(path)
  const shapes = shapesOfAll(inserted.record)
  assert.ok(shapes.length > 400, `${shapes.length} shapes`)
  assert.deepEqual(new Set(shapes.map(({ path }) => path)), new Set(Object.keys(WAYS)))
  for (const shape of shapes) {
    const { rows, count, placeBehind, lastPlace } = connection.statements.search(shape)
    for (const [name, { sql }] of Object.entries({ rows, count, placeBehind, lastPlace })) {
      const plan = planOf(connection, sql)
      const text = `${name} ${JSON.stringify(shape)}\n${plan.join('\n')}`
      assert.match(plan[0] ?? '', /^SEARCH s USING /, text)
      assert.match(plan[0] ?? '', shape.partition === 'due' ? /INDEX sessions_due / : WAYS[shape.path], text)
      assert.doesNotMatch(plan.join('\n'), /\bSCAN\b/, text)
      if (!isFew(shape)) assert.doesNotMatch(plan.join('\n'), /TEMP B-TREE/, text)
    }
  }
  connection.close()
})

/** A user's sessions are few enough to be sorted by activity, and so is what time is about to end; a name has one holder. */
function isFew({ path, sort, partition }: Shape): boolean {
  return partition === 'due' || path === 'name' || (path === 'user' && sort === 'active')
}

function shapesOfAll(record: SessionRecord): readonly Shape[] {
  const chance = chanceOf(7)
  const shapes = new Map<string, Shape>()
  for (const one of FILTER_FIELDS) {
    for (const other of FILTER_FIELDS) {
      const drawn = drawFilter(chance, [record], [one, other])
      for (const shape of shapesOf(drawn)) shapes.set(JSON.stringify(shape), shape)
    }
  }
  const named: SessionFilter = { kind: 'playback', resource: 'room', name: 'seat' }
  for (const status of ['live', 'any', 'ended'] as const) {
    for (const shape of shapesOf({ ...named, status })) shapes.set(JSON.stringify(shape), shape)
  }
  return [...shapes.values()]
}

function shapesOf(filter: SessionFilter): readonly Shape[] {
  return (['issued', 'active'] as const).flatMap((sort) =>
    [true, false].flatMap((untidy) => searchFor(filter, { sort, now: NOON, untidy }).shapes),
  )
}

function planOf({ database }: Connection, sql: string): readonly string[] {
  const steps = database.prepare(`explain query plan ${sql}`).all()
  return steps.map(({ detail }) => String(detail))
}
