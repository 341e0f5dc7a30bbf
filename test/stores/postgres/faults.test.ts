import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from 'pg'
import { isRollcallError } from '../../../src/core/errors.ts'
import type { SessionStore } from '../../../src/core/store.ts'
import { postgresStore } from '../../../src/stores/sql/postgres/store.ts'
import { draftOf, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { startPostgres, WITHOUT_POSTGRES } from '../../support/postgres-server.ts'
import { until } from '../../support/until.ts'
import { begin, openImpatient } from './support.ts'

/** What a machine that is busy with other tests may add to a span, in milliseconds. */
const BUSY = 3_000

const PATIENCE = 1_000
const realm = 'default'

describe('faults of PostgreSQL', { concurrency: 2, skip: WITHOUT_POSTGRES }, () => {
  test('a server that hangs is unavailable within the patience, and no answer comes late', async () => {
    await using server = await startPostgres()
    const store = await openImpatient({ url: server.url(), patience: PATIENCE })
    const id = await begin(store)
    server.pause()
    const began = performance.now()
    const answers = await Promise.allSettled([
      store.find(id),
      store.read('0', 10),
      store.insert(draftOf(), { by: TESTER }),
      store.end({ realm, id }, REVOKED, 1),
    ])
    const took = performance.now() - began
    for (const answer of answers) {
      assert.ok(
        answer.status === 'rejected' && isRollcallError(answer.reason, 'store-unavailable'),
        `${answer.status}`,
      )
    }
    assert.ok(took < PATIENCE + BUSY, `it took ${took} ms`)
    server.resume()
    await until('the store answers again', () => isAnswering(store, id))
    assert.equal((await store.find(id))?.record.ending, undefined)
    await store.close()
  })

  test('a server that was killed is found again, and what was acknowledged is there', async () => {
    await using server = await startPostgres({ fsync: true })
    const store = await openImpatient({ url: server.url(), patience: PATIENCE })
    const [ended, kept] = [await begin(store), await begin(store, { userId: 'bob' })]
    await store.end({ realm, id: ended }, REVOKED, 1)
    await server.stop('killed')
    await assert.rejects(store.find(kept), (fault) => isRollcallError(fault, 'store-unavailable'))
    await assert.rejects(store.insert(draftOf(), { by: TESTER }), (fault) =>
      isRollcallError(fault, 'store-unavailable'),
    )
    await server.start()
    await until('the store answers again', () => isAnswering(store, kept))
    assert.equal((await store.find(ended))?.record.ending?.reason, 'revoked')
    assert.equal((await store.find(kept))?.record.ending, undefined)
    await begin(store, { userId: 'carol' })
    await store.close()
  })

  test('a commit that no standby confirms is of unknown outcome, and asking again stands on a write of its own', async () => {
    await using server = await startPostgres({ fsync: true })
    const store = await openImpatient({ url: server.url(), patience: PATIENCE })
    const id = await begin(store)
    await server.run("alter system set synchronous_standby_names = 'nobody'")
    await server.run('select pg_reload_conf()')
    await until('commits wait', () =>
      begin(store, { userId: 'probe' }).then(
        () => false,
        () => true,
      ),
    )
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(store.end({ realm, id }, REVOKED, 1), (fault) =>
        isRollcallError(fault, 'outcome-unknown'),
      )
    }
    await server.run("alter system set synchronous_standby_names = ''")
    await server.run('select pg_reload_conf()')
    await until('an end is acknowledged', () =>
      store.end({ realm, id }, REVOKED, 1).then(
        () => true,
        () => false,
      ),
    )
    assert.equal((await store.find(id))?.record.ending?.reason, 'revoked')
    await store.close()
  })

  test('a wait for a standby that PostgreSQL gives up is of unknown outcome, although it says COMMIT', async () => {
    await using server = await startPostgres()
    const store = await postgresStore({ url: server.url(), patience: 10_000 })
    const id = await begin(store)
    await server.run("alter system set synchronous_standby_names = 'nobody'")
    await server.run('select pg_reload_conf()')
    await until('the server has heard', async () => {
      const [row] = await server.run<{ readonly names: string }>('show synchronous_standby_names')
      return Object.values(row ?? {})[0] === 'nobody'
    })
    const ending = store.end({ realm, id }, REVOKED, 1)
    const refused = assert.rejects(ending, (fault) => isRollcallError(fault, 'outcome-unknown'))
    await until('the wait is cancelled', async () => {
      const cancelled = await server.run(
        "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
      )
      return cancelled.length > 0
    })
    await refused
    await store.close()
  })

  test('a standby that was promoted is found, with all that was acknowledged', async () => {
    await using primary = await startPostgres({ fsync: true })
    await using standby = await primary.standby('synchronous')
    const url = primary.url([standby])
    const store = await postgresStore({ url, patience: 5 * PATIENCE, durability: 'replicated' })
    const [ended, kept] = [await begin(store), await begin(store, { userId: 'bob' })]
    await store.end({ realm, id: ended }, REVOKED, 1)
    await store.close()

    const local = await openImpatient({ url, patience: PATIENCE })
    await primary.stop('killed')
    await assert.rejects(local.find(kept), (fault) => isRollcallError(fault, 'store-unavailable'))
    await standby.promote()
    await until('the store answers again', () => isAnswering(local, kept))
    assert.equal((await local.find(ended))?.record.ending?.reason, 'revoked')
    await until('the store writes again', () =>
      begin(local, { userId: 'carol' }).then(
        () => true,
        () => false,
      ),
    )
    await local.close()
  })

  test('a server that only reads is refused, and so is one without standbys where they are asked for', async () => {
    await using primary = await startPostgres()
    await using standby = await primary.standby('asynchronous')
    await assert.rejects(postgresStore({ url: standby.url() }), /only reads: it is a standby/)
    await assert.rejects(
      postgresStore({ url: primary.url(), durability: 'replicated' }),
      /waits for no standby/,
    )
    const store = await postgresStore({ url: standby.url([primary]) })
    await begin(store)
    assert.match(
      (await store.caveats()).join('\n'),
      /acknowledged ends can be lost when the standby is promoted/,
    )
    await store.close()
  })

  test('news that cannot be heard is missed, and told of as soon as it can be again', async () => {
    await using server = await startPostgres()
    const [one, other] = [
      await postgresStore({ url: server.url() }),
      await postgresStore({ url: server.url() }),
    ]
    const { feed } = other
    assert.ok(feed)
    let news = 0
    feed.onNews(() => (news += 1))
    await until('the feed can be heard', () => feed.connected())
    const before = news
    await begin(one)
    await until('a session that begins is news', () => news > before)
    await server.run(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall feed'",
    )
    await until('the feed is cut', () => !feed.connected() || news > before + 1)
    const between = news
    await until('the feed can be heard again', () => feed.connected() && news >= between)
    await begin(one, { userId: 'bob' })
    await until('that is news', () => news > between)
    await Promise.all([one.close(), other.close()])
  })

  test('a node that stops in the middle of a write holds up the others for its patience, no longer', async () => {
    await using server = await startPostgres()
    const store = await openImpatient({ url: server.url(), patience: PATIENCE })
    await begin(store)
    const stuck = new Client({ connectionString: server.url() })
    stuck.on('error', () => undefined)
    await stuck.connect()
    await stuck.query(`set idle_in_transaction_session_timeout = ${PATIENCE}`)
    await stuck.query('begin')
    await stuck.query('select * from rollcall.head for update')
    const began = performance.now()
    await begin(store, { userId: 'bob' })
    assert.ok(performance.now() - began < PATIENCE * 2 + BUSY)
    await stuck.end().catch(() => undefined)
    await store.close()
  })
})

function isAnswering(store: SessionStore, id: string): Promise<boolean> {
  return store.find(id).then(
    () => true,
    () => false,
  )
}
