import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket as BareWebSocket } from 'ws'
import { type ConnectOptions, connect, type LineEnding, type LineState } from '../../src/client/connect.ts'
import type { RollcallProblem } from '../../src/client/problem.ts'
import { type AppBench, appBench } from '../support/app.ts'
import { freePort } from '../support/server-process.ts'
import { until } from '../support/until.ts'

/** A line, and all that was heard of it. */
interface Heard extends Disposable {
  readonly states: readonly LineState[]
  readonly endings: readonly LineEnding[]
  readonly sessions: readonly string[]
  problem(): RollcallProblem | undefined
  active(): void
}

for (const transport of ['websocket', 'event-stream'] as const) {
  test(`over a ${transport}, a page hears at once that its session is over, and never comes back`, async () => {
    await using bench = await appBench()
    const { token, id } = await bench.issue('ada')
    using line = listen(bench.url, { token, transport, resource: 'room/1', name: 'tab' })
    await until('it is open', () => line.states.at(-1) === 'open')
    const { items } = await bench.sessions.list({ resource: 'room/1', name: 'tab' })
    assert.deepEqual(
      items.map((each) => each.id),
      line.sessions,
    )
    await bench.sessions.end({ id }, { by: { kind: 'key', id: 'key_secret' } })
    await until('it is told', () => line.endings.length > 0)
    const [ending] = line.endings
    assert.deepEqual([ending?.reason, ending?.by], ['revoked', 'key'])
    assert.ok(!JSON.stringify(ending).includes('key_secret'))
    await pass(300)
    assert.deepEqual(line.states, ['connecting', 'open', 'ended'])
    assert.equal(line.endings.length, 1)
  })

  test(`over a ${transport}, a line that is lost is made again`, async () => {
    await using bench = await appBench()
    const { token } = await bench.issue('ada')
    const { lose, ways } = breakable()
    using line = listen(bench.url, { token, transport, ...ways })
    await until('it is open', () => line.states.at(-1) === 'open')
    lose()
    await until('it is open again', () => line.sessions.length === 2)
    assert.deepEqual(line.states, ['connecting', 'open', 'waiting', 'connecting', 'open'])
    assert.notEqual(line.sessions[0], line.sessions[1])
    await until('the first left the list', () => bench.hub.lines() === 1)
    assert.deepEqual(line.endings, [])
  })

  test(`over a ${transport}, what a page says is activity of its login`, async () => {
    await using bench = await appBench()
    const { token, id } = await bench.issue('ada')
    using line = listen(bench.url, { token, transport })
    await until('it is open', () => line.states.at(-1) === 'open')
    const before = await activityOf(bench, id)
    await until('a moment passed', async () => (await bench.sessions.now()) > before)
    line.active()
    await until('it was noted', async () => (await activityOf(bench, id)) > before)
  })

  test(`over a ${transport}, a token that is no good is refused for good, and one that was says why`, async () => {
    await using bench = await appBench()
    const { token, id } = await bench.issue('ada')
    using wrong = listen(bench.url, { token: `rct_${'x'.repeat(60)}`, transport })
    await until('it is refused', () => wrong.states.at(-1) === 'refused')
    assert.equal(wrong.problem()?.code, 'no-session')
    await bench.sessions.end({ id }, { reason: 'logout' })
    using late = listen(bench.url, { token, transport })
    await until('it is told', () => late.endings.length > 0)
    assert.deepEqual(
      late.endings.map(({ reason }) => reason),
      ['logout'],
    )
    assert.equal(wrong.states.filter((state) => state === 'connecting').length, 1)
  })
}

test('a line whose node stops comes back at once, and one whose server is away when that is there again', async () => {
  const port = await freePort()
  const one = await appBench([], {}, { port })
  const { token } = await one.issue('ada')
  using line = listen(one.url, { token })
  await until('it is open', () => line.states.at(-1) === 'open')
  const tokens = await one.sessions.verify(token)
  assert.ok(tokens.ok)
  await one[Symbol.asyncDispose]()
  await until('it waits', () => line.states.at(-1) === 'waiting')
  await until('it tried again', () => line.states.filter((state) => state === 'connecting').length > 2)
  await using other = await appBench([], {}, { port })
  await until('the new server is asked, which knows nothing', () => line.states.at(-1) === 'refused')
  assert.equal(other.hub.lines(), 0)
})

test('a line that is sent on as soon as it opens does not come back in a whirl', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const { open } = bench.hub
  Object.assign(bench.hub, {
    open: async (...[request, channel]: Parameters<typeof open>) => {
      const line = await open(request, channel)
      setImmediate(() => channel.release())
      return line
    },
  })
  using line = listen(bench.url, { token, firstPause: 250 })
  const opened = (): number => line.states.filter((state) => state === 'open').length
  const began = performance.now()
  await until('it has come back', () => opened() > 1)
  await pass(1_000)
  const seconds = (performance.now() - began) / 1_000
  assert.ok(opened() < 40 * seconds, `${opened()} times in ${seconds} s`)
})

test('where WebSockets do not pass, a stream of events does', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  using line = listen(bench.url, {
    token,
    WebSocket: socketsBy(() => new BareWebSocket('ws://127.0.0.1:9/')),
  })
  await until('it is open', () => line.states.at(-1) === 'open')
  assert.deepEqual(line.states, ['connecting', 'open'])
})

test('a line that is closed leaves the list, and nothing is heard after', async () => {
  await using bench = await appBench()
  const { token, id } = await bench.issue('ada')
  const line = listen(bench.url, { token })
  await until('it is open', () => line.states.at(-1) === 'open')
  line[Symbol.dispose]()
  await until('it left', () => bench.hub.lines() === 0)
  await bench.sessions.end({ id })
  await pass(100)
  assert.deepEqual(line.states, ['connecting', 'open', 'closed'])
  assert.deepEqual(line.endings, [])
})

test('a page that is not allowed is refused for good', async () => {
  await using bench = await appBench()
  const { token } = await bench.issue('ada')
  const fetchFromAfar: ConnectOptions['fetch'] = (url, init) =>
    fetch(url, { ...init, headers: { ...(init.headers as object), origin: 'https://evil.example' } })
  using line = listen(bench.url, { token, transport: 'event-stream', fetch: fetchFromAfar })
  await until('it is refused', () => line.states.at(-1) === 'refused')
  assert.equal(line.problem()?.code, 'cross-site')
})

function listen(url: string, options: Partial<ConnectOptions>): Heard {
  const states: LineState[] = []
  const endings: LineEnding[] = []
  const sessions: string[] = []
  let problem: RollcallProblem | undefined
  const line = connect({
    url,
    firstPause: 20,
    longestPause: 100,
    ...options,
    onEnded: (ending) => endings.push(ending),
    onOpen: ({ id }) => sessions.push(id),
    onState(state, why) {
      states.push(state)
      problem = why
    },
  })
  return {
    states,
    endings,
    sessions,
    problem: () => problem,
    active: line.active,
    [Symbol.dispose]: line.close,
  }
}

/** Ways to connect, and what breaks whatever connection was made by them. */
function breakable(): { readonly ways: Pick<ConnectOptions, 'WebSocket' | 'fetch'>; lose(): void } {
  const broken = new AbortController()
  return {
    lose: () => broken.abort(),
    ways: {
      WebSocket: socketsBy((url, protocols) => {
        const socket = new BareWebSocket(url, protocols)
        broken.signal.addEventListener('abort', () => socket.terminate())
        return socket
      }),
      fetch(url, { signal, ...init }) {
        const signals = [signal ?? [], broken.signal.aborted ? [] : broken.signal].flat()
        return fetch(url, { ...init, signal: AbortSignal.any(signals) })
      },
    },
  }
}

/** Makes sockets in another way, in the shape of the platform's class. */
function socketsBy(make: (url: string, protocols: string[]) => BareWebSocket): typeof WebSocket {
  return new Proxy(WebSocket, {
    construct: (_class, [url, protocols]: [string, string[]]) => make(url, protocols),
  })
}

async function activityOf({ sessions }: AppBench, id: string): Promise<number> {
  const { items } = await sessions.list({ userId: 'ada', kind: 'login', sort: 'active' })
  return items.find((each) => each.id === id)?.lastActiveAt ?? 0
}

/** Lets time pass in which nothing must happen. */
function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
