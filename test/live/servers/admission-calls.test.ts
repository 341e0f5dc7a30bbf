import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { serverBench } from '../../support/in-process.ts'
import { bench, bodyOf, names, send, sign } from './webhooks.ts'

describe('a call of AdmissionWebhooks', () => {
  test('counts only with the signature of its very bytes', async () => {
    await using server = await bench()
    const body = bodyOf({})
    const forged = [undefined, '', 'x', sign(body, 'another'), sign(`${body} `), `${sign(body)}AAAA`]
    for (const signature of forged) assert.equal((await send(server, body, signature)).status, 401)
    assert.deepEqual(await names(server), [])
    const spaced = JSON.stringify(JSON.parse(body), null, 2)
    assert.equal((await send(server, spaced, sign(spaced))).json.allowed, true)
  })

  test('that says nothing lets nobody in', async () => {
    await using server = await bench()
    const bodies = [
      '',
      '[]',
      'null',
      '{',
      '"x"',
      '{"client":1,"request":{}}',
      bodyOf({ status: 'open' }),
      bodyOf({ direction: 'sideways' }),
      bodyOf({ url: 'nowhere' }),
      bodyOf({ url: 'ws://host:3333/app' }),
      bodyOf({ protocol: '' }),
    ]
    for (const body of bodies) assert.equal((await send(server, body, sign(body))).status, 400, body)
    const tooLong = bodyOf({ url: `ws://host/app/stream?session=${'x'.repeat(129)}` })
    assert.equal((await send(server, tooLong, sign(tooLong))).json.allowed, false)
    const tooLongPath = bodyOf({ url: `ws://host/app/${'x'.repeat(300)}` })
    assert.equal((await send(server, tooLongPath, sign(tooLongPath))).json.allowed, false)
    assert.deepEqual(await names(server), [])
  })

  test('has nowhere to go where no secret is set', async () => {
    await using server = await serverBench()
    const body = bodyOf({})
    assert.equal((await send(server, body, sign(body))).status, 404)
  })
})
