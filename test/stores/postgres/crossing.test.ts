import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from 'pg'
import type { SessionStore } from '../../../src/core/store.ts'
import type { SecretHash } from '../../../src/core/token.ts'
import { LOCK, WRITE_JOURNAL } from '../../../src/stores/sql/postgres/statements.ts'
import { draftOf, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { type PostgresServer, WITHOUT_POSTGRES } from '../../support/postgres-server.ts'
import { begin, freshSchema, open, sharedServer } from './support.ts'

const running = sharedServer()

/** What two nodes do at once, and what must not come of it. Answers how often it did. */
interface Crossing {
  readonly name: string
  readonly rounds: number
  cross(one: SessionStore, other: SessionStore, round: number): Promise<boolean>
}

const by = TESTER
const realm = 'default'

const CROSSINGS: readonly Crossing[] = [
  {
    name: 'a limit that both fill',
    rounds: 40,
    async cross(one, other, round) {
      const userId = `limited-${round}`
      const limit = { sessions: 1, atLimit: 'refuse' } as const
      await begin(one, { userId, kind: 'connection' })
      await Promise.all([one, other].map((store) => store.insert(draftOf({ userId }), { by, limit })))
      return (await one.list({ userId, kind: 'login' })).items.length > 1
    },
  },
  {
    name: 'a login that begins while its user is banned',
    rounds: 40,
    async cross(one, other, round) {
      const userId = `banned-${round}`
      await begin(one, { userId })
      const [ban] = await Promise.all([
        one.updateUser(realm, userId, { banned: true }, by),
        other.insert(draftOf({ userId }), { by }),
      ])
      assert.ok(ban?.user.banned)
      const user = await other.findUser(realm, userId)
      return user?.banned !== true || (await other.list({ userId })).items.length > 0
    },
  },
  {
    name: 'a refresh of a login that is being ended',
    rounds: 40,
    async cross(one, other, round) {
      const draft = draftOf({ userId: `rotated-${round}` })
      await one.insert(draft, { by })
      const { tokenHash = '' as SecretHash } = draftOf()
      const [, rotated] = await Promise.all([
        one.end({ realm, id: draft.id }, REVOKED, 1),
        other.rotate({
          id: draft.id,
          presented: draft.tokenHash ?? tokenHash,
          successor: { hash: tokenHash, salt: 'salt', grace: 60_000 },
        }),
      ])
      const found = await other.find(draft.id)
      const events = (await one.read('0', 10_000)).events.filter(
        (event) => 'session' in event && event.session.id === draft.id,
      )
      const ended = events.findIndex(({ type }) => type === 'session.ended')
      const refreshed = events.findIndex(({ type }) => type === 'session.refreshed')
      assert.ok(['rotated', 'ended'].includes(rotated.outcome), rotated.outcome)
      return found?.record.ending === undefined || (refreshed !== -1 && refreshed > ended)
    },
  },
]

describe('nodes that cross in PostgreSQL', { skip: WITHOUT_POSTGRES }, () => {
  for (const crossing of CROSSINGS) {
    test(`nothing comes of ${crossing.name}`, async () => {
      assert.equal(await crossAll(await running(), crossing), 0)
    })

    test(`without its locks, something would come of ${crossing.name}`, async (context) => {
      using _naive = spoil({ [LOCK]: 'select $1::integer, $2::integer[]' })
      const wrong = await crossAll(await running(), crossing)
      context.diagnostic(`${wrong} of ${crossing.rounds} rounds`)
      assert.ok(wrong > 0, 'the naive code is caught')
    })
  }

  test('a live name has one holder, whoever asks at once and through which node', async () => {
    const schema = freshSchema()
    const server = await running()
    const [one, other] = await Promise.all([open(server, { schema }), open(server, { schema })])
    for (let round = 0; round < 20; round++) {
      const named = { kind: 'playback', resource: `room-${round}`, name: 'seat' } as const
      const asked = Array.from({ length: 6 }, (_, index) =>
        (index % 2 ? one : other).insert(draftOf({ ...named, userId: `user-${index}` }), { by }),
      )
      const codes = (await Promise.all(asked)).map((answer) => (answer.ok ? 'begun' : answer.code))
      assert.deepEqual(codes.sort(), ['begun', ...Array.from({ length: 5 }, () => 'name-taken')])
    }
    await Promise.all([one.close(), other.close()])
  })

  test('whoever reads the journal while three nodes write to it misses nothing', async (context) => {
    using _dawdling = spoil({}, DAWDLING)
    const { written, missed } = await readWhileWriting(await running())
    context.diagnostic(`${written} entries`)
    assert.deepEqual(missed, [])
  })

  test('with positions from a sequence, a reader would miss entries', async (context) => {
    using _naive = spoil({ [WRITE_JOURNAL]: FROM_SEQUENCE }, DAWDLING)
    const { written, missed } = await readWhileWriting(await running(), async (server, schema) => {
      await server.run(`create sequence ${schema}.positions`)
    })
    context.diagnostic(`${missed.length} of ${written} entries`)
    assert.ok(missed.length > 0, 'the naive code is caught')
  })

  test('upkeep on three nodes at once does everything once', async () => {
    let now = Date.UTC(2026, 0, 1)
    const clock = (): number => now
    const schema = freshSchema()
    const server = await running()
    const stores = await Promise.all(Array.from({ length: 3 }, () => open(server, { schema, clock })))
    const [store] = stores
    assert.ok(store)
    const drafts = Array.from({ length: 300 }, (_, index) =>
      draftOf({ userId: `user-${index}`, lifetime: 1_000 }),
    )
    await Promise.all(drafts.map((draft) => store.insert(draft, { by })))
    now += 2_000
    const counts: number[] = []
    while (counts.reduce((sum, count) => sum + count, 0) < 300)
      counts.push(...(await Promise.all(stores.map((each) => each.expire(1_000)))))
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      300,
    )
    const { events } = await store.read('0', 1_000)
    assert.equal(events.filter(({ type }) => type === 'session.ended').length, 300)
    await store.advanceEpoch({ realm }, REVOKED)
    now += 3 * 24 * 3_600_000
    const swept = await Promise.all(stores.map((each) => each.sweep(1_000)))
    assert.equal(
      swept.reduce((sum, count) => sum + count, 0),
      300,
    )
    await Promise.all(stores.map((each) => each.close()))
  })
})

/** How often, of so many rounds, something came of crossing. */
async function crossAll(server: PostgresServer, { rounds, cross }: Crossing): Promise<number> {
  const schema = freshSchema()
  const [one, other] = await Promise.all([open(server, { schema }), open(server, { schema })])
  let wrong = 0
  for (let round = 0; round < rounds; round++)
    if (await cross(one, other, round).catch(() => false)) wrong += 1
  await Promise.all([one.close(), other.close()])
  return wrong
}

/** Takes the place of news: a while between the giving of positions and the commit. */
const DAWDLING = 'select pg_sleep(random() * 0.01)'

/** Naive code: each entry is given the next number there is, and nobody waits. */
const FROM_SEQUENCE = WRITE_JOURNAL.replace(
  /update head [^)]+ as before/,
  'select $1::bigint as before',
).replace('select moved.before + entry.number', "select nextval('positions')")

/** What is written through three nodes while a fourth reads on from where it stands, and what it misses of that. */
async function readWhileWriting(
  server: PostgresServer,
  prepare: (server: PostgresServer, schema: string) => Promise<void> = async () => undefined,
): Promise<{ readonly written: number; readonly missed: readonly number[] }> {
  const schema = freshSchema()
  const stores = await Promise.all(Array.from({ length: 3 }, () => open(server, { schema })))
  await prepare(server, schema)
  const seen = new Set<number>()
  let writing = true
  let after = 0

  async function follow(): Promise<void> {
    const client = new Client({ connectionString: server.url() })
    await client.connect()
    while (writing) {
      const { rows } = await client.query<{ readonly position: string }>(
        `select position from ${schema}.journal where position > ${after} order by position limit 1000`,
      )
      for (const { position } of rows) seen.add(Number(position))
      after = Number(rows.at(-1)?.position ?? after)
    }
    await client.end()
  }

  const following = follow()
  await Promise.all(
    stores.map(async (store, node) => {
      for (let turn = 0; turn < 60; turn++) {
        const draft = draftOf({ userId: `user-${node}-${turn}` })
        await store.insert(draft, { by }).catch(() => undefined)
      }
    }),
  )
  writing = false
  await following
  const all = await server.run<{ readonly position: string }>(`select position from ${schema}.journal`)
  const missed = all
    .map(({ position }) => Number(position))
    .filter((each) => each <= after && !seen.has(each))
  await Promise.all(stores.map((store) => store.close()))
  return { written: all.length, missed }
}

/** Puts other SQL in the place of the store's, and of its news, in all that is opened meanwhile. */
function spoil(instead: Readonly<Record<string, string>>, news?: string): Disposable {
  const { query } = Client.prototype
  const spoilt = function (this: Client, config: { readonly text?: string }, ...rest: unknown[]): unknown {
    const { text = '' } = config
    const other = instead[text] ?? (text.startsWith('notify') ? news : undefined)
    return Reflect.apply(query, this, [other === undefined ? config : { ...config, text: other }, ...rest])
  }
  Object.assign(Client.prototype, { query: spoilt })
  return { [Symbol.dispose]: () => void Object.assign(Client.prototype, { query }) }
}
