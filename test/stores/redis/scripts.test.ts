import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { SessionRecord } from '../../../src/core/session.ts'
import { redisStore } from '../../../src/stores/redis/store.ts'
import { DAY, draftOf, HOUR, NOON, REVOKED, TESTER } from '../../../src/testing/contract/workbench.ts'
import { redisCluster, redisServer, WITHOUT_REDIS } from '../../support/redis-server.ts'
import { type Bench, bench } from './spoiled.ts'

const LAPTOP = {
  ip: '203.0.113.7',
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  browser: 'Chrome 120',
  os: 'Windows',
  type: 'desktop',
}

describe('scripts in redis', { skip: WITHOUT_REDIS }, () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  before(async () => {
    server = await redisServer({ config: { appendfsync: 'no' } })
  })
  after(() => server[Symbol.asyncDispose]())

  test('touch keys of one slot each, whatever they do', async () => {
    const commands: { readonly args: readonly string[]; readonly inScript: boolean }[] = []
    const line = new Redis({ port: server.port, host: '127.0.0.1' })
    const monitor = await line.monitor()
    monitor.on('monitor', (_time: string, args: string[], source: string) =>
      commands.push({ args, inScript: source === 'lua' }),
    )
    const node = bench({ url: server.url, prefix: 'slots' })
    try {
      await doEverything(node)
      await wait(100)
    } finally {
      node.close()
      monitor.disconnect()
      line.disconnect()
    }
    let slot: string | undefined
    let steps = 0
    for (const { args, inScript } of commands) {
      const tags = new Set(args.flatMap((each) => /^slots:\{(.)\}:/.exec(each)?.[1] ?? []))
      if (!inScript && /^eval(sha)?$/i.test(args[0] ?? '')) slot = [...tags][0]
      assert.ok(tags.size <= 1, String(args))
      assert.doesNotMatch(args[0] ?? '', /^(keys|scan|randomkey)$/i)
      if (!inScript) continue
      for (const tag of tags) assert.equal(tag, slot, String(args))
      steps += 1
    }
    assert.ok(steps > 500, `${steps} commands were seen in scripts`)
  })

  test('do everything in a cluster, where a script that left its slot would be refused', async () => {
    const cluster = await redisCluster()
    const node = bench({ url: cluster.url, prefix: 'cluster' })
    try {
      await doEverything(node)
    } finally {
      node.close()
      await cluster[Symbol.asyncDispose]()
    }
  })

  test('are loaded again where the server has forgotten them', async () => {
    const node = bench({ url: server.url, prefix: 'forgetful' })
    try {
      for (let round = 0; round < 3; round++) {
        await server.ask('script', 'flush')
        const drafts = Array.from({ length: 10 }, () => draftOf())
        const answers = await Promise.all(drafts.map((draft) => node.insert(draft, { by: TESTER })))
        assert.ok(answers.every(({ ok }) => ok))
      }
    } finally {
      node.close()
    }
  })

  test('leave nothing behind but users, realms and counts, once all is over, forgotten and trimmed', async () => {
    let now = NOON
    const empty = await redisServer({ config: { appendonly: 'no' } })
    const store = await redisStore({ url: empty.url, clock: () => now })
    try {
      await doEverything(store, now)
      for (const userId of ['ada', 'bob'])
        for (let index = 0; index < 20; index++) {
          const place = {
            resource: `room/${index % 3}`,
            name: `seat-${userId}-${index}`,
            kind: 'playback',
          } as const
          await store.insert(draftOf({ userId, ...place, device: LAPTOP }), { by: TESTER })
        }
      now += DAY
      assert.ok((await store.expire(1_000)) > 0)
      await store.tidy(1_000)
      await store.eraseSalts(1_000)
      now += 2 * DAY
      await store.sweep(1_000)
      while ((await store.trim({ entries: 0, age: 0 })) > 0);
      const names = (await empty.ask('keys', '*')) as readonly string[]
      const kinds = new Set(names.map((name) => /\}:(\w+)/.exec(name)?.[1]))
      assert.deepEqual([...kinds].sort(), ['g', 'h', 'k', 'kh', 'r', 'rs', 'u', 'us'])
    } finally {
      await store.close()
      await empty[Symbol.asyncDispose]()
    }
  })

  test('end, ban and deny also where memory is full, and begin nothing there', async () => {
    const full = await redisServer({ config: { appendonly: 'no' } })
    const node = bench({ url: full.url, prefix: 'full' })
    try {
      const [one, two, three] = [await begin(node), await begin(node, 'bob'), await begin(node, 'eve')]
      await full.ask('config', 'set', 'maxmemory', '1')
      await assert.rejects(node.insert(draftOf(), { by: TESTER }), { code: 'store-unavailable' })
      const deny = { keys: ['user'], span: HOUR } as const
      assert.equal(
        (await node.end({ realm: 'default', id: one.id }, { ...REVOKED, deny }, 1)).ended.length,
        1,
      )
      assert.equal((await node.updateUser('default', 'bob', { banned: true }, TESTER))?.ended, 1)
      assert.equal((await node.advanceEpoch({ realm: 'default' }, REVOKED)).ended, 1)
      await node.tidy(10)
      for (const { id } of [one, two, three]) assert.ok((await node.find(id))?.record.ending)
      await full.ask('config', 'set', 'maxmemory', '0')
      assert.equal((await node.insert(draftOf({ userId: 'ada' }), { by: TESTER })).ok, false)
    } finally {
      node.close()
      await full[Symbol.asyncDispose]()
    }
  })

  test('keep a session of an ordinary user in less than a thousand bytes, its journal apart', async () => {
    const SESSIONS = 3_000
    const fresh = await redisServer({ config: { appendonly: 'no' } })
    const node = bench({ url: fresh.url, prefix: 'rollcall' })
    const used = async () => Number(/used_memory:(\d+)/.exec(String(await fresh.ask('info', 'memory')))?.[1])
    try {
      await node.insert(draftOf(), { by: TESTER })
      const before = await used()
      for (let index = 0; index < SESSIONS; index += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_, offset) =>
            node.insert(
              draftOf({
                userId: `user-${(index + offset) % (SESSIONS / 10)}`,
                device: LAPTOP,
                idle: DAY,
                authentication: { methods: ['pwd', 'otp'], level: 2 },
                data: { plan: 'pro' },
              }),
              { by: TESTER, user: { displayName: 'Ada Lovelace' } },
            ),
          ),
        )
      for (const name of (await fresh.ask('keys', '*:j')) as readonly string[]) await fresh.ask('del', name)
      const each = ((await used()) - before) / SESSIONS
      assert.ok(each < 1_000, `${each} bytes`)
    } finally {
      node.close()
      await fresh[Symbol.asyncDispose]()
    }
  })
})

/** Every write there is, with all that it may have to do. */
async function doEverything(
  node: Bench | Awaited<ReturnType<typeof redisStore>>,
  now: number = Date.now(),
): Promise<void> {
  const login = await begin(node)
  const seat = { kind: 'connection', parentId: login.id, resource: 'room/1', name: 'seat-1' } as const
  await node.insert(draftOf(seat), { by: TESTER, user: { displayName: 'Ada', role: 'staff' } })
  await node.insert(draftOf(seat), { by: TESTER })
  await node.insert(draftOf({ userId: '', kind: 'playback', resource: 'room/2', name: 'x' }), { by: TESTER })
  await node.insert(draftOf({ device: { label: 'Laptop' } }), { by: TESTER, replaces: { label: 'Laptop' } })
  for (const atLimit of ['evict-oldest', 'evict-idlest', 'refuse'] as const)
    await node.insert(draftOf({ userId: 'bob' }), { by: TESTER, limit: { sessions: 1, atLimit } })
  await node.touch([{ id: login.id, ago: 0 }])
  const { record } = (await node.find(login.id)) ?? {}
  assert.ok(record && (await node.replace({ ...record, device: { label: 'Desk' } })))
  const presented = login.tokenHash
  assert.ok(presented)
  const successor = { hash: 'S'.repeat(43) as never, grace: 0, salt: 'salt' }
  assert.equal((await node.rotate({ id: login.id, presented, successor })).outcome, 'rotated')
  await node.eraseSalts(10)
  const other = await begin(node, 'eve')
  const filter = { userId: 'eve' }
  await node.end({ realm: 'default', ids: [other.id], filter }, REVOKED, 10)
  await node.end({ realm: 'default', resource: 'room/2' }, REVOKED, 10)
  await node.end({ realm: 'default', resource: 'room/1', name: 'seat-1' }, REVOKED, 10)
  await node.end({ realm: 'default', parentId: login.id }, REVOKED, 10)
  const deny = { keys: ['user', 'login', 'address'], span: HOUR } as const
  await node.end({ realm: 'default', id: other.id }, { ...REVOKED, deny }, 10)
  await node.advanceEpoch({ realm: 'default', userId: 'bob' }, { ...REVOKED, deny })
  await node.liftDenial('default', '58', TESTER)
  assert.equal((await node.rotate({ id: login.id, presented })).outcome, 'ended')
  const kept = await begin(node)
  await begin(node)
  await node.advanceEpoch({ realm: 'default', userId: 'ada', except: kept.id }, REVOKED)
  await node.updateUser('default', 'ada', { banned: true, banReason: 'spam' }, TESTER)
  await node.updateUser('default', 'ada', { banned: false }, TESTER)
  await node.advanceEpoch({ realm: 'default', except: kept.id }, REVOKED)
  await node.tidy(100)
  await node.expire(100)
  await node.sweep(100)
  const key = {
    id: 'key_1',
    name: 'one',
    realm: '*',
    scopes: ['admin'],
    hash: 'H'.repeat(43) as never,
  } as const
  await node.insertKey(key, TESTER, true)
  await node.withdrawKey(key.id, TESTER)
  await adoptEverything(node, now)
}

async function adoptEverything(
  node: Bench | Awaited<ReturnType<typeof redisStore>>,
  now: number,
): Promise<void> {
  const user = {
    id: 'zoe',
    realm: 'default',
    role: 'member',
    banned: false,
    epoch: 0,
    createdAt: NOON,
  } as const
  const seat = { ...draftOf({ userId: 'zoe', kind: 'playback', resource: 'room/9', name: 'z' }) }
  const { lifetime: _lifetime, ...given } = seat
  const session = {
    ...given,
    serial: 7,
    stamp: NOON / 1000,
    issuedAt: NOON,
    authenticatedAt: NOON,
    lastActiveAt: NOON,
    expiresAt: NOON + HOUR,
    realmEpoch: 0,
    userEpoch: 0,
    revision: 0,
    tokenRole: 'member',
  } as const
  const denial = {
    id: '5',
    realm: 'default',
    key: 'user',
    value: 'kim',
    at: NOON,
    until: now + HOUR,
    by: TESTER,
  } as const
  const key = { id: 'key_2', name: 'two', realm: '*', scopes: ['admin'], createdAt: NOON } as const
  const items = [
    { kind: 'user', user, lastStamp: NOON / 1000 },
    { kind: 'session', session },
    { kind: 'denial', denial },
    { kind: 'key', key, hash: 'K'.repeat(43) as never },
  ] as const
  assert.equal(await node.adopt(items), 4)
  assert.equal(await node.adopt(items), 0)
}

async function begin(node: Pick<Bench, 'insert'>, userId = 'ada'): Promise<SessionRecord> {
  const inserted = await node.insert(draftOf({ userId }), { by: TESTER })
  assert.ok(inserted.ok, JSON.stringify(inserted))
  return inserted.record
}
