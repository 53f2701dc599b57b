import { expect, test } from 'vitest'
import { classifyAddress, isWithinReach } from './address.ts'

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
  ['fd00:ec2::254', 'forbidden'],
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
