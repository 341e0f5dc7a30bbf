import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_REALMS } from '../../src/core/access-key.ts'
import type { SessionManager } from '../../src/engine/manager.ts'
import { newTally } from '../../src/http/watching.ts'
import { startMetrics } from '../../src/server/metrics.ts'
import { type AppBench, type AppParts, appBench } from '../support/app.ts'
import { CREDENTIALS } from './authorization/cast.ts'
import { cellsOf, differences } from './authorization/cells.ts'
import { outcomeFor, readTable } from './authorization/table.ts'
import { TARGETS } from './authorization/targets.ts'

const table = readTable()

const cells = cellsOf(table)

/** The routes that keys call. */
const byKey = [...table.rows].filter(([, { takes }]) => takes !== 'anyone' && takes !== 'holder')

const isDone = (outcome: string): boolean => outcome.startsWith('2')

function bench(parts: AppParts = {}): Promise<AppBench> {
  return appBench([], { meter: startMetrics(newTally(), 'test') }, parts)
}

test('every route is in the table of who may do what, with all of its targets', async () => {
  await using on = await bench()
  const { paths } = (await (await fetch(`${on.url}/openapi.json`)).json()) as { readonly paths: object }
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item as object).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual([...table.rows.keys()].sort(), routes.sort())
  for (const [label, { targets }] of table.rows)
    assert.deepEqual([...targets].sort(), Object.keys(TARGETS[label] ?? {}).sort(), label)
  for (const { label, credential, target } of cells) {
    const row = table.rows.get(label)
    assert.match(
      row ? outcomeFor(table, row, credential, target) : '',
      /^\d{3}/,
      `${label} ${credential} ${target}`,
    )
  }
})

test('each credential does to each target what the table says, and what is refused changes nothing', async (t) => {
  await using on = await bench()
  assert.deepEqual(await differences(on, table, cells), [])
  const refused = cells.filter(({ label, credential, target }) => {
    const row = table.rows.get(label)
    return row && !isDone(outcomeFor(table, row, credential, target))
  })
  assert.ok(cells.length >= 500)
  t.diagnostic(
    `${cells.length} cells, ${refused.length} of them refused; ${table.rows.size} routes, ${CREDENTIALS.length} credentials`,
  )
})

test('a route that forgets its scope is caught, whichever it is', async (t) => {
  const anyKey = 'streams:publish'
  await using on = await bench({
    alter: (app) =>
      app.addHook('onRoute', (route) => {
        const { access = 'anyone' } = route.config ?? {}
        if (access !== 'anyone' && access !== 'holder')
          Object.assign(route, { config: { ...route.config, access: anyKey } })
      }),
  })
  const routes = byKey.filter(([, { outcomes }]) => [...(outcomes.get('here')?.values() ?? [])].some(isDone))
  for (const [label, { targets }] of routes) {
    const tried = targets.map((target) => ({ label, credential: anyKey, target }))
    assert.notDeepEqual(await differences(on, table, tried), [], `${label} without its scope was not noticed`)
  }
  t.diagnostic(`${routes.length} mutants caught: routes without their scope`)
  on.takeBreaches()
})

test('a key that reaches across realms is caught', async (t) => {
  await using on = await bench()
  const { keys } = on.sessions
  const careless: typeof keys = {
    ...keys,
    create: ({ realm = ALL_REALMS, ...request }) =>
      keys.create({ ...request, realm: realm.startsWith('home') ? ALL_REALMS : realm }),
  }
  const spoiled = { ...on, sessions: { ...on.sessions, keys: careless } }
  for (const [label, { takes, targets }] of byKey) {
    const tried = targets.map((target) => ({ label, credential: takes, target }))
    assert.notDeepEqual(
      await differences(spoiled, table, tried),
      [],
      `${label} across realms was not noticed`,
    )
  }
  t.diagnostic(`${byKey.length} mutants caught: routes that another realm's key can use`)
})

test('a route that does its deed before it refuses is caught', async () => {
  const served: { sessions?: SessionManager } = {}
  const label = 'DELETE /v1/sessions/{id}'
  await using on = await bench({
    alter: (app) =>
      app.addHook('onError', async ({ method, url }) => {
        const found = await served.sessions?.get(url.split('/').at(-1) ?? '')
        if (method === 'DELETE' && found) await served.sessions?.end({ id: found.id, realm: found.realm })
      }),
  })
  served.sessions = on.sessions
  const found = await differences(on, table, [{ label, credential: 'none', target: 'adas' }])
  assert.deepEqual(found, [
    `${label} by none on adas: "401 no-credentials: session.ended adas", not "401 no-credentials"`,
    `${label} by none on adas: something has changed`,
  ])
})
