/**
 * Promises of stores that share a place: what one does, the other knows, and nothing happens twice.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { hasPassed } from '../../core/position.ts'
import type { SecretHash } from '../../core/token.ts'
import { beginIn, historyOf, type SharedCase, sharedPromise, together, told } from './sharing-bench.ts'
import { DAY, draftOf, HOUR, REVOKED, TESTER } from './workbench.ts'

/** Each promise about sharing a place. */
export const sharingPromises: readonly SharedCase[] = [
  sharedPromise('show to each what the other has just written', async ({ one, other }) => {
    const { id } = await beginIn(one, {}, { user: { displayName: 'Ada' } })
    assert.equal((await other.find(id))?.user?.displayName, 'Ada')
    assert.equal((await other.list({ userId: 'ada' })).items.length, 1)
    await other.end({ realm: 'default', id }, REVOKED, 10)
    assert.equal((await one.find(id))?.record.ending?.reason, 'revoked')
    assert.equal((await one.count({ userId: 'ada' })).count, 0)
    await one.updateUser('default', 'ada', { banned: true }, TESTER)
    assert.equal((await other.findUser('default', 'ada'))?.banned, true)
  }),

  sharedPromise('tell both the same history, of which a position means the same to each', async (bench) => {
    const { one, other, both } = bench
    await together(both, 10, (store) => beginIn(store))
    const middle = (await one.read('0', 4)).position
    assert.deepEqual(await historyOf(one), await historyOf(other))
    assert.equal((await other.read(middle, 100)).events.length, 6)
    assert.equal((await one.read(undefined, 1)).position, (await other.read(undefined, 1)).position)
  }),

  sharedPromise('give each session a serial and a stamp that no other has', async ({ one, both }) => {
    const begun = await together(both, 40, (store) => beginIn(store))
    assert.equal(new Set(begun.map(({ serial }) => serial)).size, 40)
    assert.equal(new Set(begun.map(({ stamp }) => stamp)).size, 40)
    assert.equal((await told(one, 'session')).length, 40)
  }),

  sharedPromise('hold a limit exactly, whoever issues', async ({ both, one, wait }) => {
    const limit = { sessions: 5, atLimit: 'refuse' } as const
    const tried = await together(both, 30, (store) =>
      store.insert(draftOf(), { by: TESTER, limit }).then(({ ok }) => ok),
    )
    assert.equal(tried.filter(Boolean).length, 5)
    wait(1_000)
    const evict = { sessions: 5, atLimit: 'evict-oldest' } as const
    await together(both, 30, (store) => beginIn(store, {}, { limit: evict }))
    assert.equal((await one.list({ userId: 'ada', limit: 200 })).items.length, 5)
  }),

  sharedPromise('let one live session hold a name', async ({ both, one }) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const named = { kind: 'playback', resource: 'default/app/stream', name } as const
      const tried = await together(both, 8, (store, index) =>
        store.insert(draftOf({ ...named, userId: `u${index}` }), { by: TESTER }).then(({ ok }) => ok),
      )
      assert.equal(tried.filter(Boolean).length, 1, name)
    }
    assert.equal((await one.list({ resource: 'default/app/stream', limit: 200 })).items.length, 5)
  }),

  sharedPromise('leave nothing alive of a user whom either bans', async ({ one, other }) => {
    await beginIn(one)
    const race = await Promise.all([
      ...Array.from({ length: 20 }, () => one.insert(draftOf(), { by: TESTER })),
      other.updateUser('default', 'ada', { banned: true }, TESTER),
      ...Array.from({ length: 20 }, () => other.insert(draftOf(), { by: TESTER })),
    ])
    assert.equal(race.length, 41)
    for (const store of [one, other]) {
      assert.equal((await store.list({ userId: 'ada', limit: 200 })).items.length, 0)
      const late = await store.insert(draftOf(), { by: TESTER })
      assert.equal(!late.ok && late.code, 'user-banned')
    }
  }),

  sharedPromise('keep out for both what either keeps out, until either lets it in', async (bench) => {
    const { one, other, wait } = bench
    const { id } = await beginIn(one)
    const deny = { keys: ['user'], span: HOUR } as const
    await one.end({ realm: 'default', id }, { ...REVOKED, deny }, 10)
    const refused = await other.insert(draftOf(), { by: TESTER })
    assert.equal(!refused.ok && refused.code, 'denied')
    const [denial] = (await other.listDenials({ realm: 'default', limit: 10 })).items
    const lifted = await together([one, other], 2, (store) =>
      store.liftDenial('default', denial?.id ?? '', TESTER),
    )
    assert.equal(lifted.filter((each) => each !== undefined).length, 1)
    const again = await beginIn(one)
    await other.end({ realm: 'default', id: again.id }, { ...REVOKED, deny }, 10)
    wait(HOUR)
    await beginIn(one)
  }),

  sharedPromise('end a session once, whoever ends it, and never bring it back', async ({ both, one }) => {
    for (let round = 0; round < 5; round++) {
      const record = await beginIn(one)
      const { id } = record
      const ends = await together(both, 8, async (store, index) => {
        if (index < 4) return (await store.end({ realm: 'default', id }, REVOKED, 10)).ended.length
        await store.replace({ ...record, data: { index } })
        await store.touch([{ id, ago: 0 }])
        return 0
      })
      assert.equal(
        ends.reduce((sum, count) => sum + count, 0),
        1,
      )
      assert.equal((await one.find(id))?.record.ending?.reason, 'revoked')
    }
    assert.equal((await told(one, 'session')).filter((type) => type === 'session.ended').length, 5)
  }),

  sharedPromise('end everything of a user that began before, whoever begins it', async (bench) => {
    const { one, other, both } = bench
    const before = await beginIn(one)
    const begun: Promise<unknown>[] = []
    const begin = (times: number) =>
      begun.push(...Array.from({ length: times }, (_, index) => beginIn(both[index % 2] as typeof one)))
    begin(10)
    const ending = other.advanceEpoch({ realm: 'default', userId: 'ada' }, REVOKED)
    begin(10)
    const { position } = await ending
    await Promise.all(begun)
    const bornAt = new Map(
      (await historyOf(one)).flatMap((event) =>
        event.type === 'session.created' ? [[event.session.id, event.position] as const] : [],
      ),
    )
    const { items } = await one.list({ userId: 'ada', limit: 200 })
    assert.ok(!items.some(({ id }) => id === before.id))
    for (const { id } of items)
      assert.ok(hasPassed(bornAt.get(id) ?? '', position), `${id} lives, and began before the end`)
    for (const [id, born] of bornAt)
      if (!hasPassed(born, position))
        assert.equal((await other.find(id))?.record.ending?.reason, 'revoked', `${id} is over`)
  }),

  sharedPromise('give a token one successor, whoever is asked', async ({ both, one }) => {
    const { id, tokenHash } = await beginIn(one)
    assert.ok(tokenHash)
    const answers = await together(both, 12, (store, index) =>
      store.rotate({
        id,
        presented: tokenHash,
        successor: {
          hash: `${String(index).padStart(42, 'B')}A` as SecretHash,
          salt: `salt-${index}`,
          grace: 10_000,
        },
      }),
    )
    assert.equal(answers.filter(({ outcome }) => outcome === 'rotated').length, 1)
    const salts = answers.flatMap((answer) => (answer.outcome === 'standing' ? [answer.salt] : []))
    assert.deepEqual([salts.length, new Set(salts).size], [11, 1])
  }),

  sharedPromise('lose no change to a session that the other changes', async ({ both, one }) => {
    const record = await beginIn(one)
    const done = await together(both, 8, (store, index) => store.replace({ ...record, data: { index } }))
    assert.equal(done.filter(Boolean).length, 1)
    assert.equal((await one.find(record.id))?.record.data?.index, done.indexOf(true))
  }),

  sharedPromise('leave one live key of a name, whoever replaces it', async ({ both, one }) => {
    await together(both, 8, (store, index) =>
      store.insertKey(
        {
          id: `key_${index}`,
          name: 'configured',
          realm: '*',
          scopes: ['admin'],
          hash: `${String(index).padStart(42, 'C')}A` as SecretHash,
        },
        TESTER,
        true,
      ),
    )
    const keys = (await one.listKeys()).filter(({ name }) => name === 'configured')
    assert.equal(keys.filter(({ withdrawnAt }) => withdrawnAt === undefined).length, 1)
  }),

  sharedPromise('do upkeep once between them', async ({ both, one, wait }) => {
    await together(both, 20, (store) => beginIn(store, { lifetime: HOUR }))
    await together(both, 20, (store) => beginIn(store, { userId: 'bob' }))
    await one.advanceEpoch({ realm: 'default', userId: 'bob' }, REVOKED)
    wait(2 * HOUR)
    const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
    const all = await together(both, 12, async (store, index) =>
      index < 6 ? [await store.expire(100), 0] : [0, await store.tidy(100)],
    )
    const rest = await Promise.all([one.expire(100), one.tidy(100)])
    assert.equal(sum(all.map(([expired = 0]) => expired)) + rest[0], 20)
    assert.equal(sum(all.map(([, tidied = 0]) => tidied)) + rest[1], 20)
    const ended = (await historyOf(one)).flatMap((event) =>
      event.type === 'session.ended' ? [event.session.id] : [],
    )
    assert.deepEqual([ended.length, new Set(ended).size], [40, 40])
    wait(3 * DAY)
    assert.equal(sum(await together(both, 6, (store) => store.sweep(100))) + (await one.sweep(100)), 40)
  }),

  sharedPromise(
    'let nobody who reads along miss an entry, whoever writes it',
    async ({ both, one, other }) => {
      const { position } = await one.read(undefined, 1)
      const seen = { one: new Set<string>(), other: new Set<string>() }
      let writing = true
      async function follow(store: typeof one, into: Set<string>): Promise<void> {
        for (let after = position; ; ) {
          const last = !writing
          const page = await store.read(after, 7)
          for (const event of page.events) {
            const key = `${event.type} ${'session' in event ? event.session.id : ''}`
            assert.ok(!into.has(key), `${key} is told once`)
            into.add(key)
          }
          after = page.position
          if (last && page.events.length === 0) return
          await new Promise((resolve) => setTimeout(resolve))
        }
      }
      const readers = [follow(one, seen.one), follow(other, seen.other)]
      const begun = await together(both, 60, async (store, index) => {
        const { id } = await beginIn(store, { userId: `u${index % 7}` })
        if (index % 3 === 0) await store.end({ realm: 'default', id }, REVOKED, 10)
        return id
      })
      writing = false
      await Promise.all(readers)
      for (const id of begun)
        for (const keys of [seen.one, seen.other])
          assert.ok(keys.has(`session.created ${id}`), `${id} is told`)
      assert.deepEqual([seen.one.size, seen.other.size], [80, 80])
    },
  ),

  sharedPromise(
    'give a page shorter than was asked for only where there is no more',
    async ({ one, other, both }) => {
      const { position } = await one.read(undefined, 1)
      await together(both, 35, (store, index) => beginIn(store, { userId: `u${index}` }))
      let after = position
      for (const size of [10, 10, 10, 5]) {
        const page = await other.read(after, 10)
        assert.equal(page.events.length, size)
        after = page.position
      }
      assert.equal(after, (await one.read(undefined, 1)).position)
    },
  ),

  sharedPromise('answer an end with a position that whoever reads after it has passed', async (bench) => {
    const { one, other, both } = bench
    await together(both, 20, async (store, index) => {
      const { id } = await beginIn(store, { userId: `u${index % 3}` })
      const { position } = await store.end({ realm: 'default', id }, REVOKED, 10)
      const reader = store === one ? other : one
      assert.ok(hasPassed((await reader.read(undefined, 1)).position, position))
    })
  }),

  sharedPromise('go on when the other is closed', async ({ one, other, open }) => {
    const { id } = await beginIn(one)
    await other.close()
    assert.ok(await one.find(id))
    const third = await open()
    await third.end({ realm: 'default', id }, REVOKED, 10)
    assert.equal((await one.find(id))?.record.ending?.reason, 'revoked')
  }),
]
