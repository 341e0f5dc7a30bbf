import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import { openPorts, type PortOptions, type Ports } from '../../../src/live/publisher/ports.ts'

test('unless told otherwise, nothing but this machine is bound and told of', async (t) => {
  const { addresses } = await open(t, {})
  assert.equal(addresses[0]?.address, '127.0.0.1')
  assert.ok(addresses.every(({ address }) => address === '127.0.0.1' || address === '::1'))
})

test('public addresses are told of in place of those that are bound, each with the port of its kind', async (t) => {
  const { addresses } = await open(t, { publicAddresses: ['192.0.2.7', '2001:db8::7'] })
  const told = new Set(addresses.map(({ address }) => address))
  assert.ok(told.has('192.0.2.7') && !told.has('127.0.0.1'))
  assert.equal(told.has('2001:db8::7'), addresses.length === 2)
})

test('where every address is bound, those that the machine has are told of, of both kinds', async (t) => {
  const has = (isV6: boolean) =>
    Object.values(networkInterfaces())
      .flat()
      .some(
        (entry) =>
          entry !== undefined && isIPv6(entry.address) === isV6 && !entry.address.startsWith('fe80:'),
      )
  if (!has(true)) return t.skip('this machine has no IPv6')
  const { addresses } = await open(t, { bind: ['::'] })
  assert.ok(addresses.every(({ address }) => address !== '::' && address !== '0.0.0.0'))
  for (const isV6 of [true, false])
    assert.equal(
      addresses.some(({ address }) => isIPv6(address) === isV6),
      has(isV6),
    )
})

test('of a range, the first port that is free is taken, and without one it is said which range that was', async (t) => {
  const taken = createSocket('udp4')
  t.after(() => taken.close())
  taken.bind(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address()
  const mediaPorts = { from: port, to: Math.min(65_535, port + 40) }
  const { addresses } = await open(t, { bind: ['127.0.0.1'], mediaPorts })
  assert.ok(addresses[0] && addresses[0].port > port && addresses[0].port <= mediaPorts.to)
  await assert.rejects(openPorts({ bind: ['127.0.0.1'], mediaPorts: { from: port, to: port } }, ignore), {
    message: `No UDP port from ${port} to ${port} can be opened on 127.0.0.1.`,
  })
})

async function open(t: TestContext, options: PortOptions): Promise<Ports> {
  const ports = await openPorts(options, ignore)
  t.after(ports.close)
  return ports
}

function ignore(): void {
  // Nobody sends anything.
}
