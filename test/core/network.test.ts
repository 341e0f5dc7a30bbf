import assert from 'node:assert/strict'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { blockOf, canonicalAddress, isAddress, readNetwork } from '../../src/core/network.ts'

const four = fc.ipV4()
const six = fc.oneof(fc.ipV6(), zeroed())
const either = fc.oneof(four, six)

/** Text that is almost an address: with something cut out, doubled or put in. */
const almost = fc
  .tuple(either, fc.nat(), fc.constantFrom('', ':', '::', '.', '0', 'g', '%1', ' ', '256', '/'), fc.nat(2))
  .map(([address, at, given, cut]) => {
    const place = at % (address.length + 1)
    return address.slice(0, place) + given + address.slice(place + cut)
  })

test('an address is whatever the platform takes for one, but for zones', () => {
  const text = fc.oneof(either, almost, fc.string({ unit: fc.constantFrom(...'019afF:.'), maxLength: 20 }))
  fc.assert(
    fc.property(text, (given) => {
      assert.equal(isAddress(given), isIP(given) !== 0 && !given.includes('%'), given)
    }),
    { numRuns: 20_000 },
  )
})

test('a network holds the addresses that the platform says it holds', () => {
  const networks = fc.oneof(
    fc.tuple(four, fc.nat(32)),
    fc.tuple(
      six.filter((address) => !isMapped(address)),
      fc.nat(128),
    ),
  )
  let inside = 0
  fc.assert(
    fc.property(networks, fc.array(either), fc.nat(128), ([base, prefix], others, flipped) => {
      const list = new BlockList()
      list.addSubnet(base, prefix, familyOf(base))
      const holds = readNetwork(`${base}/${prefix}`)
      for (const address of [base, ...others, flip(base, flipped)]) {
        const expected =
          sameKind(base, address) &&
          list.check(canonicalAddress(address), familyOf(canonicalAddress(address)))
        if (expected) inside += 1
        assert.equal(holds?.(address), expected, `${address} in ${base}/${prefix}`)
      }
    }),
    { numRuns: 3_000 },
  )
  assert.ok(inside > 3_000)
})

test('an address alone is the network of itself', () => {
  fc.assert(
    fc.property(either, either, (one, other) => {
      assert.equal(readNetwork(one)?.(one), true)
      assert.equal(readNetwork(one)?.(other), canonicalAddress(one) === canonicalAddress(other))
    }),
  )
})

test('an IPv4 address mapped into IPv6 is the IPv4 address, in every spelling and as a network', () => {
  fc.assert(
    fc.property(four, fc.nat(32), (address, prefix) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
      const hex = `::FFFF:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
      for (const mapped of [`::ffff:${address}`, hex, `0:0:0:0:0:ffff:${address}`]) {
        assert.equal(canonicalAddress(mapped), address)
        assert.equal(readNetwork(address)?.(mapped), true)
        assert.equal(readNetwork(`${address}/${prefix}`)?.(mapped), true)
        assert.equal(readNetwork(`${mapped}/${96 + prefix}`)?.(address), true)
        assert.equal(readNetwork('::/0')?.(mapped), false)
      }
    }),
  )
})

test('a network that is none is refused', () => {
  for (const none of [
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '010.0.0.0/8',
    '2001:db8::/129',
    'fe80::1%eth0/64',
    'localhost',
    '::ffff:10.0.0.0/8',
  ])
    assert.equal(readNetwork(none), undefined, none)
  assert.equal(readNetwork('10.0.0.0/8')?.('nonsense'), false)
})

test('an address is written in one way, the one of RFC 5952', () => {
  fc.assert(
    fc.property(six, (address) => {
      if (isMapped(address)) return
      const written = canonicalAddress(address.toUpperCase())
      assert.equal(`[${written}]`, new URL(`http://[${address}]`).hostname)
      assert.equal(canonicalAddress(written), written)
    }),
    { numRuns: 3_000 },
  )
  assert.equal(canonicalAddress('not an address'), 'not an address')
})

test('a party holds one IPv4 address, or the 64 bits before the rest of an IPv6 one', () => {
  fc.assert(
    fc.property(four, six, six, (address, one, other) => {
      assert.equal(blockOf(address), blockOf(`::ffff:${address}`))
      assert.equal(blockOf(one) === blockOf(other), sameParty(one, other), `${one} ${other}`)
      assert.notEqual(blockOf(address), isMapped(one) ? 'none' : blockOf(one))
    }),
  )
  assert.equal(blockOf('2001:db8::1'), blockOf('2001:DB8:0:0:ffff::'))
  assert.notEqual(blockOf('2001:db8::1'), blockOf('2001:db8:0:1::1'))
  assert.equal(blockOf('x'), undefined)
})

function sameParty(one: string, other: string): boolean {
  if (isMapped(one) || isMapped(other)) return canonicalAddress(one) === canonicalAddress(other)
  return readNetwork(`${one}/64`)?.(other) === true
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}

/** An IPv4 address is in no IPv6 network, nor the other way round. */
function sameKind(one: string, other: string): boolean {
  return isIPv4(canonicalAddress(one)) === isIPv4(canonicalAddress(other))
}

function isMapped(address: string): boolean {
  return !isIPv4(address) && isIPv4(canonicalAddress(address))
}

/** The same address with one bit turned over, or two of them. */
function flip(address: string, bit: number): string {
  if (isIPv4(address)) {
    const bytes = address.split('.').map(Number)
    const at = (bit >> 3) % 4
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << (bit & 7)) : byte)).join('.')
  }
  const full = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail = ''] = full.split('::')
  const groups = [head, tail].map((part) => (part === '' ? [] : part.split(':')))
  const [before = [], after = []] = groups
  const filled = full.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : []
  const at = (bit >> 4) % 8
  return [...before, ...filled, ...after]
    .map((group, index) =>
      index === at ? (Number.parseInt(group, 16) ^ (1 << (bit & 15))).toString(16) : group,
    )
    .join(':')
}

/** IPv6 addresses with zeros in them, some mapped ones among them. */
function zeroed(): fc.Arbitrary<string> {
  const group = fc.constantFrom('0', '0', '0', '1', 'ffff', 'db8', '00ab')
  return fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'))
}
