import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readAdmissionCall } from '../../../src/live/servers/admission-calls.ts'
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
    const nowhere = bodyOf({ url: 'ws://host/app/stream?session=..' })
    assert.equal((await send(server, nowhere, sign(nowhere))).json.allowed, false)
    assert.deepEqual(await names(server), [])
  })

  test('asks for the same however its path is written', () => {
    for (const path of ['/\u00e4pp/str\u00e9am', '/%C3%A4pp/str%C3%A9am', '/%c3%a4pp/%73tr%c3%a9am']) {
      const { app, stream } = readAdmissionCall(JSON.parse(bodyOf({ url: `ws://host:3333${path}` })))
      assert.deepEqual([app, stream], ['\u00e4pp', 'str\u00e9am'], path)
    }
    for (const part of ['a%20b', 'a%2Fb', 'a%zzb', '%2e%2e%2f', 'a%00b'])
      assert.equal(readAdmissionCall(JSON.parse(bodyOf({ url: `ws://host/app/${part}` }))).stream, part)
  })

  test('has nowhere to go where no secret is set', async () => {
    await using server = await serverBench()
    const body = bodyOf({})
    assert.equal((await send(server, body, sign(body))).status, 404)
  })
})
