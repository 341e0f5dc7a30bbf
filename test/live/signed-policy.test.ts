import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { isRollcallError } from '../../src/core/errors.ts'
import { readSignedPolicy, signUrl } from '../../src/live/signed-policy.ts'

const KEY = '1kU^b6'
const NOW = 1_800_000_000_000
const HERE = { now: NOW, peerAddress: '192.0.2.7', address: '203.0.113.9' }

test('the example that OvenMediaEngine documents has the signature that it documents', () => {
  const url = 'ws://192.168.0.100:3333/app/stream?policy=eyJ1cmxfZXhwaXJlIjoxMzk5NzIxNTgxfQ'
  assert.equal(signUrl(KEY, url), 'dvVdBpoxAeCPl94Kt5RoiqLI0YE')
  const asked = { ...HERE, url: `${url}&signature=dvVdBpoxAeCPl94Kt5RoiqLI0YE` }
  assert.deepEqual(readSignedPolicy(KEY, { ...asked, now: 1_399_721_580 }), {})
  refuses(asked.url, /expired/)
})

test('a policy lets in until it expires, from when it is active, and from where it says', () => {
  const good = { url_expire: NOW + 1 }
  assert.deepEqual(readSignedPolicy(KEY, { ...HERE, url: signed(good) }), {})
  assert.deepEqual(readSignedPolicy(KEY, { ...HERE, url: signed({ ...good, url_activate: NOW }) }), {})
  const lasting = { ...good, stream_expire: NOW + 60_000 }
  assert.deepEqual(readSignedPolicy(KEY, { ...HERE, url: signed(lasting) }), { endsAt: NOW + 60_000 })
  const placed = { ...good, allow_ip: '192.0.2.0/24', real_ip: '203.0.113.9' }
  assert.deepEqual(readSignedPolicy(KEY, { ...HERE, url: signed(placed) }), {})

  refuses(signed({ url_expire: NOW }), /expired/)
  refuses(signed({}), /expired/)
  refuses(signed({ ...good, url_activate: NOW + 1 }), /not active yet/)
  refuses(signed({ ...good, stream_expire: NOW }), /has expired/)
  refuses(signed({ ...good, allow_ip: '198.51.100.0/24' }), /another address/)
  refuses(signed({ ...good, allow_ip: '203.0.113.9' }), /another address/)
  refuses(signed({ ...good, real_ip: '192.0.2.7' }), /another address/)
})

test('a policy that says nothing clear lets nobody in, however well it is signed', () => {
  for (const policy of [
    '"1800000000001"',
    '[]',
    'null',
    '{"url_expire":"1800000000001"}',
    '{"url_expire":1800000000001.5}',
    '{"url_expire":null}',
    '{"url_expire":1800000000001,"allow_ip":"everybody"}',
    '{"url_expire":1800000000001,"real_ip":7}',
    '{"url_expire":1800000000001',
    '{"url_expire":1800000000001}\u0000',
  ])
    refuses(signedText(policy), /base64url of JSON/)
  const url = 'http://live.example.com:80/app/stream/whep?policy=%7B%7D'
  refuses(`${url}&signature=${signUrl(KEY, url)}`, /base64url of JSON/)
})

test('only the very URL that was signed, with that key, lets anybody in', () => {
  const url = signed({ url_expire: NOW + 1 })
  for (const other of [
    url.replace('http:', 'https:'),
    url.replace(':80/', '/'),
    url.replace('/stream/', '/other/'),
    `${url}&session=ada`,
    url.replace(/signature=./, 'signature=_'),
    url.replace(/.$/, ''),
    `${url}A`,
    `${url}=`,
  ])
    refuses(other, /does not fit/)
  assert.throws(() => readSignedPolicy('another', { ...HERE, url }), /does not fit/)
  for (const lacking of [
    url.replace(/&signature=.*/, ''),
    url.replace(/policy=[^&]*&/, ''),
    `${url}&signature=AAAA`,
    `${url}&policy=AAAA`,
    'http://live.example.com:80/app/stream/whep',
  ])
    refuses(lacking, /takes a signed URL/)
})

test('the signature may stand anywhere in the query, and what else stands there is signed too', () => {
  const policy = base64url(JSON.stringify({ url_expire: NOW + 1 }))
  const bare = `http://live.example.com:80/app/stream/whep?session=ada&policy=${policy}&x=1`
  const signature = createHmac('sha1', KEY).update(bare).digest('base64url')
  for (const url of [
    bare.replace('?', `?signature=${signature}&`),
    bare.replace('&x=', `&signature=${signature}&x=`),
    `${bare}&signature=${signature}`,
  ])
    assert.deepEqual(readSignedPolicy(KEY, { ...HERE, url }), {})
})

function signed(policy: object): string {
  return signedText(JSON.stringify(policy))
}

function signedText(policy: string): string {
  const url = `http://live.example.com:80/app/stream/whep?policy=${base64url(policy)}`
  return `${url}&signature=${signUrl(KEY, url)}`
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function refuses(url: string, why: RegExp): void {
  assert.throws(
    () => readSignedPolicy(KEY, { ...HERE, url }),
    (fault) => isRollcallError(fault, 'forbidden') && why.test(fault.message),
    url,
  )
}
