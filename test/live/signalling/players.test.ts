import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { RunningServer } from '../../../src/server/start-server.ts'
import { serverBench } from '../../support/in-process.ts'
import { type OmePlayer, omePlayer } from '../../support/ome-player.ts'
import { pick, seededRandom } from '../../support/seeded-random.ts'
import { call, KEY } from '../../support/server-process.ts'
import { publishTo } from '../../support/streams.ts'
import { until } from '../../support/until.ts'
import type { Publishing } from '../../support/webrtc.ts'

const SESSIONS = '/v1/vhosts/default/apps/app/streams/stream/sessions'
const NO_OFFER = { code: 404, error: 'Cannot create offer' }
const options = { timeout: 60_000 }

let server: RunningServer & AsyncDisposable
let publishing: Publishing

before(async () => {
  server = await serverBench(
    '--allow-origin=http://site.example',
    '--playback=open,members=session',
    '--stream-limit=0',
  )
  publishing = await publishTo(server.url)
})

after(async () => {
  publishing?.close()
  await server?.[Symbol.asyncDispose]()
})

test(
  'a player that waits for an offer plays, is listed under its name, and is cut by the requests of the seed',
  options,
  async () => {
    await using one = await omePlayer(server.url, '/app/stream?session=my_session_0')
    await using other = await omePlayer(server.url, '/app/stream/playlist?session=my_session_1')
    const [first, second] = [await one.play(), await other.play()]
    await first.plays()
    await second.plays()

    assert.equal(
      await curl('GET', SESSIONS),
      '{"message":"OK","response":["my_session_1","my_session_0"],"statusCode":200}',
    )
    const page = JSON.parse(await curl('GET', `${SESSIONS.replace('/v1', '/v1/stats/current')}/my_session_0`))
    assert.ok(page.response.totalBytesOut > 1_000, JSON.stringify(page))
    assert.ok(page.response.lastSentTime > page.response.createdTime, JSON.stringify(page))

    assert.equal(await curl('DELETE', `${SESSIONS}/my_session_0`), '{"message":"OK","statusCode":200}')
    await first.until('failed', 5_000)
    assert.deepEqual(await one.end(), { code: 4401, reason: 'revoked' })
    await second.plays()
    assert.equal(await curl('GET', SESSIONS), '{"message":"OK","response":["my_session_1"],"statusCode":200}')
    assert.equal(
      await curl('DELETE', `${SESSIONS}/my_session_0`),
      '{"message":"Not Found","response":"Could not find the session","statusCode":404}',
    )
    assert.equal(
      await curl('DELETE', `${SESSIONS.replace('/stream/', '/nobody/')}/my_session_0`),
      '{"message":"[HTTP] Could not find the stream: [default/#default#app/nobody] (404)","statusCode":404}',
    )
  },
)

test(
  'of two players who want the same name, the second is refused: with the offer, or with the answer where both have one',
  options,
  async () => {
    await using one = await omePlayer(server.url, '/app/stream?session=twin')
    await using other = await omePlayer(server.url, '/app/stream?session=twin')
    const [offer, sameTime] = [await one.ask(), await other.ask()]
    const [first, second] = [await one.take(offer), await other.take(sameTime)]
    one.say({ command: 'answer', id: offer.id, peer_id: 0, sdp: { type: 'answer', sdp: first.answer } })
    await first.plays()
    other.say({ command: 'answer', id: sameTime.id, peer_id: 0, sdp: { type: 'answer', sdp: second.answer } })
    await other.end()
    assert.deepEqual(other.said.at(-1), { code: 403, error: 'Forbidden' })

    await using late = await omePlayer(server.url, '/app/stream?session=twin')
    assert.deepEqual(await late.ask(), NO_OFFER)
    assert.equal((await late.end()).code, 1008)
    await first.plays()
  },
)

test(
  'a player ends with stop, and with its socket; either way it is off the list at once',
  options,
  async () => {
    await using one = await omePlayer(server.url, '/app/stream?session=stops')
    await using other = await omePlayer(server.url, '/app/stream?session=vanishes')
    await (await one.play()).plays()
    await (await other.play()).plays()
    one.say({ command: 'stop', id: one.said[0]?.id })
    assert.equal((await one.end()).code, 1000)
    other.vanish()
    await until(
      'both are off the list',
      async () => !/stops|vanishes/.test(await curl('GET', SESSIONS)),
      1_000,
    )
  },
)

test('whoever may not play is told that there is no offer, whatever the reason', options, async () => {
  const { token, session } = await server.sessions.issue({ user: { id: 'eve' } })
  const bearer = { authorization: `Bearer ${token}` }
  async function refused(path: string, headers = {}): Promise<void> {
    await using player = await omePlayer(server.url, path, headers)
    assert.deepEqual(await player.ask(), NO_OFFER, path)
    assert.equal((await player.end()).code, 1008)
  }
  await refused('/app/nobody')
  await refused('/members/stream')
  await refused('/app/stream', { authorization: 'Bearer rct_nonsense' })
  {
    await using player = await omePlayer(server.url, '/app/stream?session=eve', bearer)
    const peer = await player.play()
    await peer.plays()
    const { json } = await call(server.url, 'POST', '/v1/sessions/end', KEY, {
      selector: { id: session.id },
      deny: { keys: ['user'], for: '1m' },
    })
    assert.equal(json.ended, 1)
    await peer.until('failed', 5_000)
    assert.equal((await player.end()).code, 4401)
  }
  await refused('/app/stream?session=eve', bearer)
})

test('what cannot be a player at all is refused before it has a socket', options, async () => {
  const rows: readonly (readonly [
    path: string,
    status: string,
    headers?: Readonly<Record<string, string>>,
  ])[] = [
    ['/v1/stream', '404'],
    ['/demo/stream', '404'],
    ['/app/stream/a/b', '404'],
    ['/app/stream?session=a%2Fb', '400'],
    ['/app/stream?session=', '400'],
    [`/app/stream?session=${'x'.repeat(191)}`, '400'],
    ['/app/stream', '403', { origin: 'http://other.example' }],
  ]
  for (const [path, status, headers] of rows)
    await assert.rejects(omePlayer(server.url, path, headers), { message: status }, path)
  await using listed = await omePlayer(server.url, '/app/stream', { origin: 'http://site.example' })
  assert.equal((await listed.ask()).command, 'offer')
})

test('a player that says what it should not is told so, and the socket is closed', options, async () => {
  const rows: readonly (readonly [said: object, error: string])[] = [
    [{ command: 'stop', id: 1 }, 'Invalid ID'],
    [{ command: 'dance' }, 'Unknown command: dance'],
    [{ command: 'answer' }, 'There is no SDP'],
    [{ command: 'answer', sdp: { type: 'offer', sdp: '' } }, 'Invalid SDP type'],
    [{ command: 'answer', sdp: { type: 'answer', sdp: 'nonsense' } }, 'Could not parse SDP'],
    [{ command: 'candidate' }, 'There is no candidate list'],
    [{ command: 'candidate', candidates: [{ candidate: 'nonsense' }] }, 'Invalid candidate: nonsense'],
  ]
  for (const [said, error] of rows) {
    await using player = await omePlayer(server.url, '/app/stream')
    const { id } = await player.ask()
    player.say({ id, ...said })
    await player.end()
    assert.deepEqual(player.said.at(-1), { code: 400, error })
  }
  await using loud = await omePlayer(server.url, '/app/stream')
  loud.say('x'.repeat(65_537))
  assert.equal((await loud.end()).code, 1009)
})

test(
  'no garbage hurts anybody: a thousand frames later the stream plays, and no player is left',
  options,
  async () => {
    const random = seededRandom(1_000)
    const words = [
      '{',
      '}',
      '"command":"answer"',
      '"command":"request_offer"',
      '"command":"stop"',
      ',',
      'null',
      '[',
      ']',
      '\u0000',
      '"id"',
      '1e99',
    ]
    for (let round = 0; round < 200; round++) {
      await using player = await omePlayer(server.url, `/app/stream?session=garbage-${round}`)
      if (round % 2 === 0) await player.ask()
      for (let frame = 0; frame < 5; frame++)
        player.say(Array.from({ length: Math.floor(random() * 6) }, () => pick(words, random)).join(''))
      await player.end()
    }
    await using player = await omePlayer(server.url, '/app/stream')
    await (await player.play()).plays()
    assert.doesNotMatch(await curl('GET', SESSIONS), /garbage/)
  },
)

test('a player who vanishes while its answer is taken leaves nobody on the list', options, async () => {
  for (let round = 0; round < 20; round++) {
    await using player = await omePlayer(server.url, `/app/stream?session=hasty-${round}`)
    await player.play()
    if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
    player.vanish()
  }
  await until('nobody hasty is on the list', async () => !/hasty/.test(await curl('GET', SESSIONS)))
  await using player = await omePlayer(server.url, '/app/stream?session=hasty-0')
  await (await player.play()).plays()
})

test(
  'where a session is asked for, what is played lives under the login that a header, a cookie or a subprotocol shows',
  options,
  async () => {
    const path = '/members/stream'
    const camera = await publishTo(server.url, { path: `${path}/whip` })
    const { token, session } = await server.sessions.issue({ user: { id: 'mia' } })
    const ways: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${token}` },
      { cookie: `rollcall=${token}` },
      { 'sec-websocket-protocol': `rollcall, rollcall.token.${token}` },
    ]
    for (const headers of ways) {
      await using player = await omePlayer(server.url, path, headers)
      await (await player.play()).plays()
      const { json } = await call(server.url, 'GET', '/v1/sessions?kind=playback&user=mia', KEY)
      assert.ok(json.items?.some(({ id }) => id !== session.id))
    }
    await using player = await omePlayer(server.url, path, ways[0])
    const peer = await player.play()
    await peer.plays()
    await call(server.url, 'DELETE', `/v1/sessions/${session.id}`, KEY)
    await peer.until('failed', 5_000)
    assert.deepEqual(await player.end(), { code: 4401, reason: 'revoked' })
    camera.close()
  },
)

test('one address has so many sockets, and no more until it closes one', options, async () => {
  const crowded = await serverBench()
  const sit = (): Promise<OmePlayer> => omePlayer(crowded.url, '/app/stream')
  const seats = await Promise.all(Array.from({ length: 256 }, sit))
  await assert.rejects(sit(), { message: '429' })
  seats.pop()?.vanish()
  await until('there is a seat again', () =>
    sit().then(
      (player) => seats.push(player),
      () => false,
    ),
  )
  for (const seat of seats) seat.vanish()
  await crowded[Symbol.asyncDispose]()
})

test(
  'a server that stops tells its players to come back, and waits for nobody who does not hang up',
  options,
  async () => {
    const stopping = await serverBench()
    const camera = await publishTo(stopping.url)
    await using playing = await omePlayer(stopping.url, '/app/stream')
    await using idle = await omePlayer(stopping.url, '/app/stream')
    await (await playing.play()).plays()
    const deaf = connect(Number(new URL(stopping.url).port), '127.0.0.1')
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    deaf.write(
      `GET /app/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
    )
    await once(deaf, 'data')
    const asked = performance.now()
    await stopping[Symbol.asyncDispose]()
    const took = performance.now() - asked
    assert.ok(took < 5_000, `it took ${took} ms`)
    assert.equal((await playing.end()).code, 1012)
    assert.equal((await idle.end()).code, 1012)
    deaf.destroy()
    camera.close()
  },
)

/** Sends a request as the seed document does, and answers with the body. */
async function curl(method: string, path: string): Promise<string> {
  const flags = ['-s', '-X', method, '-H', `Authorization: Basic ${btoa(KEY)}`]
  const { stdout } = await promisify(execFile)('curl', [...flags, server.url + path])
  return stdout
}
