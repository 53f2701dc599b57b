import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blockProblem, createAddressSet, networkOf, plainAddress } from './ip-address.ts'

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:0a00:0001', '10.0.0.1'],
  ['0:0:0:0:0:ffff:a00:1', '10.0.0.1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
  ['10.0.0.256', null],
  ['10.1', null],
  ['0x0a000001', null],
  ['', null],
  ['unknown', null],
])('%s is the address %s', (text, address) => {
  expect(plainAddress(text)).toBe(address)
})

test('whatever is an address, and nothing else, has one spelling', () => {
  const some = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((ip) => `::ffff:${ip}`),
    fc.string(),
  )
  fc.assert(
    fc.property(some, (text) => {
      const plain = plainAddress(text)
      expect(plain === null).toBe(isIP(text.replace(/%.*$/, '')) === 0)
      if (plain !== null) expect(plainAddress(plain)).toBe(plain)
    }),
  )
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:a00:1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

describe('a set of addresses', () => {
  const has = createAddressSet(['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '2001:db8::1'])

  test.each(['127.0.0.1', '::ffff:127.0.0.1', '10.255.255.255', '::ffff:a01:203', 'fd12::3', '2001:db8::1'])(
    'has %s',
    (address) => {
      expect(has(address)).toBe(true)
    },
  )

  test.each(['127.0.0.2', '11.0.0.0', '9.255.255.255', 'fe80::1', '2001:db8::2', '::', '', 'unknown'])(
    'has no %s',
    (address) => {
      expect(has(address)).toBe(false)
    },
  )

  test('of nothing has nobody', () => {
    expect(createAddressSet([])('127.0.0.1')).toBe(false)
  })
})

describe('a block', () => {
  test.each(['127.0.0.1', '10.0.0.0/8', '192.168.1.4/32', '192.168.1.4/31', '::1', 'fd00::/8', '2001:db8::/33'])(
    'may be %s',
    (text) => {
      expect(blockProblem(text)).toBeNull()
    },
  )

  test.each([
    ['proxy.example.com', 'must be an address or a block'],
    ['10.0.0', 'must be an address or a block'],
    ['10.0.0.0/8/8', 'must be an address or a block'],
    ['fe80::1%eth0', 'must be an address or a block'],
    ['10.0.0.0/', 'from 1 to 32'],
    ['10.0.0.0/33', 'from 1 to 32'],
    ['10.0.0.0/-1', 'from 1 to 32'],
    ['10.0.0.0/255.0.0.0', 'from 1 to 32'],
    ['fd00::/129', 'from 1 to 128'],
    ['0.0.0.0/0', 'would be everybody'],
    ['::/0', 'would be everybody'],
    ['10.1.0.0/8', 'all bits after the 8th are 0'],
    ['2001:db8::1/64', 'all bits after the 64th are 0'],
  ])('cannot be %s, which says why', (text, sentence) => {
    expect(blockProblem(text)).toContain(sentence)
  })
})
