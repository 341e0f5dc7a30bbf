import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type RollcallProblem, type WireEvent } from '../../src/client/index.ts'
import { appBench } from '../support/app.ts'
import { gather } from '../support/gather.ts'
import { hindranceBefore } from '../support/hindrance.ts'
import { freePort, KEY, startServerProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const QUICK = { longestPause: 50 }

test('a stream outlives restarts of the server: no event is left out and none comes twice', async () => {
  const port = await freePort()
  const store = `sqlite:${temporaryFolder()}/events.db`
  let server = await startServerProcess({ store, port })
  const client = createClient({ url: server.url, key: KEY })
  const heard: WireEvent[] = []
  const interruptions: RollcallProblem[] = []
  const listening = client.events.listen(
    (event) => heard.push(event),
    { type: ['session.created', 'session.ended'] },
    { ...QUICK, after: '0', onInterrupted: (fault) => interruptions.push(fault) },
  )
  try {
    const issued: string[] = []
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      for (let count = 0; count < 20; count++)
        issued.push((await client.issue({ user: { id: `u${count}` } })).session.id)
      await client.sessions.endMany({ ids: issued.slice(-3) })
      await server.kill(signal)
      server = await startServerProcess({ store, port })
    }
    const happened = await gather(
      client.events.list({ type: ['session.created', 'session.ended'], limit: 200 }),
    )
    assert.equal(happened.length, 46)
    await until('everything was heard', () => heard.length >= happened.length)
    assert.deepEqual(
      heard.map(({ sequence }) => sequence),
      happened.map(({ sequence }) => sequence),
    )
    assert.ok(interruptions.length >= 2)
    assert.ok(interruptions.every(({ code }) => code === 'unreachable'))
  } finally {
    listening.stop()
    await listening.finished
    await server.kill()
  }
})

test('connections that are cut anywhere, also in the middle of an event, lose and double nothing', async () => {
  await using bench = await appBench()
  await using between = await hindranceBefore(bench.url)
  const ids: string[] = []
  for (let count = 0; count < 30; count++) ids.push((await bench.issue(`u${count}`)).id)
  const fates = Array.from({ length: 25 }, (_, index) => ({ cutAfter: 700 + index * 487 }))
  between.suffer(...fates)

  const client = createClient({ url: between.url, key: KEY })
  const heard: (string | undefined)[] = []
  const stream = client.events.stream({ type: 'session.created' }, { ...QUICK, after: '0' })
  for await (const { session } of stream) if (heard.push(session?.id) === ids.length) break
  assert.deepEqual(heard, ids)
  assert.ok(between.connections > 5, `only ${between.connections} connections`)
})

test('a client that began anew after each cut would hear events twice', async () => {
  await using bench = await appBench()
  await using between = await hindranceBefore(bench.url)
  for (let count = 0; count < 30; count++) await bench.issue(`u${count}`)
  between.suffer({ cutAfter: 6_000 })
  const client = createClient({
    url: between.url,
    key: KEY,
    fetch: (url, init) => {
      const { 'last-event-id': _position, ...headers } = init.headers as Record<string, string>
      return fetch(url, { ...init, headers: { ...headers, 'last-event-id': '0' } })
    },
  })
  const heard: (string | undefined)[] = []
  const stream = client.events.stream({ type: 'session.created' }, { ...QUICK, after: '0' })
  for await (const { session } of stream) if (heard.push(session?.id) === 35) break
  assert.ok(new Set(heard).size < heard.length)
})

test('a stream without a position begins with what happens next, and loses nothing from then on', async () => {
  await using bench = await appBench()
  await using between = await hindranceBefore(bench.url)
  await bench.issue('before')
  const client = createClient({ url: between.url, key: KEY })
  const heard: WireEvent[] = []
  const listening = client.events.listen((event) => heard.push(event), {}, QUICK)
  await until('it is connected', () => between.connections === 1)
  await until('the first event is heard', async () => {
    await bench.issue('probe')
    return heard.length > 0
  })
  assert.ok(heard.every(({ session }) => session?.userId === 'probe'))
  between.cut()
  const { id } = await bench.issue('after')
  await until('it is heard of', () => heard.some(({ session }) => session?.id === id))
  const sequences = heard.map(({ sequence }) => sequence)
  const all = await gather(createClient({ url: bench.url, key: KEY }).events.list({ limit: 200 }))
  assert.deepEqual(sequences, all.map(({ sequence }) => sequence).slice(-sequences.length))
  listening.stop()
  await listening.finished
})

test('a connection that has gone silent is given up and made again', async () => {
  await using bench = await appBench()
  await using between = await hindranceBefore(bench.url)
  const { id } = await bench.issue('ada')
  between.suffer('silence')
  const faults: string[] = []
  const client = createClient({ url: between.url, key: KEY })
  const options = {
    ...QUICK,
    after: '0',
    silence: 2_000,
    onInterrupted: (fault: RollcallProblem) => faults.push(fault.code),
  }
  for await (const { session } of client.events.stream({ type: 'session.created' }, options)) {
    assert.equal(session?.id, id)
    break
  }
  assert.deepEqual(faults, ['timeout'])
})

test('what does not pass by itself ends a stream, and says what to do', async () => {
  await using bench = await appBench()
  const client = createClient({ url: bench.url, key: KEY })
  const refused = createClient({ url: bench.url, key: 'rck_wrong' }).events.listen(() => undefined)
  await assert.rejects(refused.finished, { code: 'no-credentials', status: 401 })
  const beyond = client.events.listen(() => undefined, {}, { after: 'no position' })
  await assert.rejects(beyond.finished, { name: 'RollcallProblem' })
  const broken = client.events.listen(
    () => {
      throw new Error('the listener is broken')
    },
    {},
    { after: '0' },
  )
  await assert.rejects(broken.finished, /the listener is broken/)
})

test('a listener that stops hears nothing more, and leaves no connection behind', async () => {
  await using bench = await appBench()
  await using between = await hindranceBefore(bench.url)
  const client = createClient({ url: between.url, key: KEY })
  let heard = 0
  const listening = client.events.listen(() => (heard += 1), {}, { after: '0' })
  await until('it has heard something', () => heard > 0)
  listening.stop()
  listening.stop()
  await listening.finished
  const before = heard
  await bench.issue('ada')
  await until('its connection is gone', () => between.open === 0)
  assert.equal(heard, before)
})
