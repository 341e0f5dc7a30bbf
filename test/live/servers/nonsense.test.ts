import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRollcallError } from '../../../src/core/errors.ts'
import { nodeEnv } from '../../../src/env.ts'
import { readAdmissionCall } from '../../../src/live/servers/admission-calls.ts'
import { readHandle } from '../../../src/live/servers/janus.ts'

const RUNS = { numRuns: 10_000 }
const some = fc.jsonValue({ maxDepth: 3 })

test('whatever comes in place of a call of AdmissionWebhooks is refused, and nothing else happens', () => {
  const request = fc.record({
    direction: fc.constantFrom('incoming', 'outgoing'),
    status: fc.constantFrom('opening', 'closing'),
    protocol: fc.oneof(fc.constant('WebRTC'), some),
    time: fc.oneof(fc.string(), some),
    url: fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string(), some),
  })
  const call = fc.record({
    client: fc.oneof(fc.record({ address: some, real_ip: some, port: some }), some),
    request,
  })
  const body = fc.oneof(some, call)
  const shapeless = { toString: false, valueOf: null }
  const inEveryPlace = {
    client: { address: shapeless, port: shapeless, real_ip: shapeless, user_agent: shapeless },
    request: {
      direction: 'outgoing',
      status: 'opening',
      protocol: 'WebRTC',
      time: 'now',
      url: 'ws://a/app/stream',
    },
  }
  fc.assert(
    fc.property(body, (given) => {
      try {
        const { app, stream } = readAdmissionCall(given)
        return app !== '' && stream !== ''
      } catch (fault) {
        return isRollcallError(fault, 'bad-request')
      }
    }),
    { ...RUNS, examples: [[inEveryPlace]] },
  )
})

test('whoever calls themselves what no path can end in has no name at Janus', () => {
  const info = {
    plugin: 'janus.plugin.streaming',
    plugin_specific: { mountpoint_id: 1 },
    webrtc: { dtls: { 'dtls-state': 'connected' } },
  }
  for (const opaque_id of ['', '.', '..']) {
    const read = readHandle({ info: { ...info, opaque_id } }, [1, 2], nodeEnv())
    assert.match(read?.viewer.name ?? '', /^[0-9a-f]{8}-/, opaque_id)
  }
})

test('whatever Janus tells of a handle, nobody is taken for a viewer without a stream and a connection', () => {
  const env = nodeEnv()
  const info = fc.record({
    plugin: fc.constantFrom('janus.plugin.streaming', 'janus.plugin.videoroom', 'constructor', '__proto__'),
    plugin_specific: fc.oneof(
      some,
      fc.record({ mountpoint_id: some, room: some, type: fc.constant('subscriber') }),
    ),
    opaque_id: some,
    created: some,
    webrtc: fc.oneof(some, fc.record({ dtls: fc.constant({ 'dtls-state': 'connected' }), ice: some })),
  })
  fc.assert(
    fc.property(fc.oneof(some, info), (given) => {
      const read = readHandle({ info: given }, [1, 2], env)
      if (read === undefined) return
      const { resource, name } = read.viewer
      assert.match(resource, /^janus\/(streaming|videoroom)\/[^/\s?#]+$/)
      assert.ok(name.length > 0 && !name.includes('/'))
    }),
    RUNS,
  )
})
