import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signUrl } from '../../src/live/signed-policy.ts'
import { serverBench } from '../support/in-process.ts'
import { redisServer, WITHOUT_REDIS } from '../support/redis-server.ts'
import { freePort } from '../support/server-process.ts'
import { AN_OFFER, codeOf, playFrom, postOffer, publishTo } from '../support/streams.ts'
import { until } from '../support/until.ts'

test('two nodes share streams', { skip: WITHOUT_REDIS }, async (t) => {
  await using redis = await redisServer()
  const signingKey = 'known-to-both'
  const start = async (): ReturnType<typeof serverBench> => {
    const port = await freePort()
    const flags = ['--playback=open,paid=signed', `--signed-policy-key=${signingKey}`]
    return serverBench(
      `--store=${redis.url}`,
      `--port=${port}`,
      `--address=http://127.0.0.1:${port}`,
      ...flags,
    )
  }
  await using here = await start()
  await using there = await start()
  await using publishing = await publishTo(there.url)
  await publishing.until('connected')
  const offer = AN_OFFER

  await t.test('whoever asks one to play what the other has is sent there', async () => {
    const sent = await postOffer(here.url, offer, { path: '/app/stream/whep?session=ada' })
    assert.deepEqual([sent.status, sent.location], [307, `${there.url}/app/stream/whep?session=ada`])
    assert.equal((await postOffer(here.url, offer, { path: '/app/other/whep' })).status, 409)
    assert.equal((await here.sessions.list({ kind: 'playback', status: 'any' })).items.length, 0)
  })

  await t.test(
    'whoever asks one with a signed URL is let in by the other, for as long as that said',
    async () => {
      await using paid = await publishTo(there.url, { path: '/paid/stream/whip' })
      await paid.until('connected')
      const policy = { url_expire: Date.now() + 60_000, stream_expire: Date.now() + 60_000 }
      const path = `/paid/stream/whep?policy=${Buffer.from(JSON.stringify(policy)).toString('base64url')}`
      const signature = signUrl(signingKey, here.url + path)
      const sent = await postOffer(here.url, offer, { path: `${path}&signature=${signature}` })
      assert.deepEqual([sent.status, sent.location.startsWith(`${there.url}/paid/stream/whep?`)], [307, true])
      const playing = await postOffer(there.url, offer, { path: sent.location.slice(there.url.length) })
      assert.equal(playing.status, 201, playing.body)
      const [held] = (await here.sessions.list({ kind: 'playback' })).items
      assert.ok(held !== undefined && held.expiresAt <= policy.stream_expire + 1_000)
      assert.equal((await fetch(playing.location, { method: 'DELETE' })).status, 200)
      assert.equal(
        (await postOffer(there.url, offer, { path: `${path}&signature=${signature}` })).status,
        403,
      )
    },
  )

  await t.test('what plays on one is cut by the other', async () => {
    await using playing = await playFrom(there.url, { path: '/app/stream/whep?session=ada' })
    await playing.plays()
    const began = performance.now()
    const ended = await here.sessions.end({ resource: 'default/app/stream', name: 'ada' })
    assert.equal(ended.ended, 1)
    await playing.until('failed', 5_000)
    t.diagnostic(`cut from the other node in ${Math.round(performance.now() - began)} ms`)
  })

  await t.test('a name that plays on one is taken on the other', async () => {
    const path = '/app/stream/whep?session=ada'
    await using playing = await playFrom(there.url, { path })
    await playing.plays()
    await using own = await publishTo(here.url, { path: '/app/own/whip' })
    await own.until('connected')
    await using other = await playFrom(here.url, { path: '/app/own/whep?session=ada' })
    await other.plays()
    const refused = await postOffer(there.url, offer, { path })
    assert.deepEqual([refused.status, codeOf(refused)], [409, 'name-taken'])
  })

  await t.test('whoever publishes on the other one takes over, and players are sent there', async () => {
    await using successor = await publishTo(here.url)
    await successor.until('connected')
    await publishing.until('failed', 2_000)
    await until('players are sent there', async () => (await postOffer(there.url, offer)).status === 307)
    await using playing = await playFrom(here.url)
    await playing.plays()
    const { items } = await here.sessions.list({ kind: 'connection', resource: 'default/app/stream' })
    assert.equal(items.length, 1)
  })
})
