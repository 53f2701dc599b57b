import { expect, test } from 'vitest'
import { classifyAddress, isWithinReach, reachFrom } from './address.ts'

test.each([
  ['93.184.216.34', 'public'],
  ['2606:4700::1111', 'public'],
  ['64:ff9b::5db8:d822', 'public'],
  ['127.0.0.1', 'private'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['::1', 'private'],
  ['fd12:3456::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::a00:1', 'private'],
  ['169.254.169.254', 'forbidden'],
  ['::ffff:169.254.169.254', 'forbidden'],
  ['::ffff:a9fe:a9fe', 'forbidden'],
  ['64:ff9b::a9fe:a9fe', 'forbidden'],
  ['::a9fe:a9fe', 'forbidden'],
  ['2002:a9fe:a9fe::1', 'forbidden'],
  ['::ffff:0:169.254.169.254', 'forbidden'],
  ['::ffff:0:a9fe:a9fe', 'forbidden'],
  ['::ffff:0:127.0.0.1', 'private'],
  ['::ffff:0:10.0.0.1', 'private'],
  ['::ffff:0:93.184.216.34', 'public'],
  ['64:ff9b::100.100.100.200', 'forbidden'],
  ['64:ff9b:1::7f00:1', 'forbidden'],
  ['2002:7f00:1::', 'forbidden'],
  ['::7f00:1', 'forbidden'],
  ['2001:0:7f00:1::', 'forbidden'],
  ['2606:4700::5efe:127.0.0.1', 'forbidden'],
  ['2606:4700::200:5efe:a9fe:a9fe', 'forbidden'],
  ['2606:4700:0:1:0:5efe:a00:1', 'forbidden'],
  ['2606:4700::5efe:93.184.216.34', 'public'],
  ['2606:4700:1:2:3:5efe:a00:1', 'public'], // no interface identifier of ISATAP
  ['fe80::5efe:93.184.216.34', 'forbidden'],
  ['fe80::1%eth0', 'forbidden'],
  ['fd00:ec2::254', 'forbidden'],
  ['fd00:ec2::23', 'forbidden'],
  ['fd00:c1::a9fe:a9fe', 'forbidden'],
  ['fd00:42::42', 'forbidden'],
  ['fe80::1', 'forbidden'],
  ['100.100.100.200', 'forbidden'],
  ['0.0.0.0', 'forbidden'],
  ['::', 'forbidden'],
  ['224.0.0.1', 'forbidden'],
  ['not an address', 'forbidden'],
])('%s is %s', (address, expected) => {
  expect(classifyAddress(address)).toBe(expected)
})

test('a name never leads to a forbidden address, and to a private one only within reach', () => {
  expect(isWithinReach('169.254.169.254', 'configured')).toBe(false)
  expect(isWithinReach('10.0.0.1', 'configured')).toBe(true)
  expect(isWithinReach('10.0.0.1', 'private')).toBe(true)
  expect(isWithinReach('10.0.0.1', 'public')).toBe(false)
})

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '::ffff:0:127.0.0.1',
])('who is elsewhere in our network leads nobody to this machine at %s', (address) => {
  expect(isWithinReach(address, 'private')).toBe(false)
  expect(isWithinReach(address, 'loopback')).toBe(true)
  expect(isWithinReach(address, 'configured')).toBe(true)
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['192.168.1.20', 'private'],
  ['fd12:3456::1', 'private'],
  ['93.184.216.34', 'public'],
  ['169.254.169.254', 'public'],
  ['', 'public'],
])('what came from %j leads no further than %s', (peer, reach) => {
  expect(reachFrom(peer)).toBe(reach)
})
