import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClientReader, type ProxyRules } from './client-address.ts'

const proxies = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']
const ask = (
  peer: string | undefined,
  header: string | undefined,
  { trustProxy = proxies, proxyHeader = 'x-forwarded-for' }: Partial<ProxyRules> = {},
) =>
  createClientReader({ trustProxy, proxyHeader }).read({
    headers: header === undefined ? {} : { [proxyHeader]: header },
    socket: { remoteAddress: peer },
  })

describe('who asks', () => {
  test.each([
    ['a stranger', '198.51.100.9', undefined, '198.51.100.9'],
    ['a stranger who names another', '198.51.100.9', '203.0.113.1', '198.51.100.9'],
    ['a stranger who names a proxy', '198.51.100.9', '10.0.0.1', '198.51.100.9'],
    ['whom a proxy names', '10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a proxy that names nobody', '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy with an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['whom the last of several proxies saw', '10.0.0.1', '203.0.113.1, 10.0.0.3, 10.0.0.2', '203.0.113.1'],
    ['never what a client itself wrote before', '10.0.0.1', '192.0.2.66, 203.0.113.1', '203.0.113.1'],
    ['not even a proxy that a client wrote', '10.0.0.1', '10.0.0.66, 203.0.113.1', '203.0.113.1'],
    ['one within, where proxies alone are named', '10.0.0.1', '10.0.0.9, 10.0.0.2', '10.0.0.9'],
    ['a proxy in IPv6 clothes', '::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a client in IPv6 clothes', '10.0.0.1', '::ffff:203.0.113.1', '203.0.113.1'],
    ['with its port', '10.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
    ['IPv6', 'fd00::1', '2001:DB8::7', '2001:db8::7'],
    ['IPv6 with its port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['the proxy, where the name is no address', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['the nearest that can be read', '10.0.0.1', '203.0.113.1, _hidden, 10.0.0.2', '10.0.0.2'],
    ['the nearest that can be read, whatever else', '10.0.0.1', '203.0.113.1, 10.0.0.2\u0000', '10.0.0.1'],
    ['nobody who is known', undefined, '203.0.113.1', 'an unknown address'],
  ])('%s', (_, peer, header, address) => {
    expect(ask(peer, header).address).toBe(address)
  })

  test.each([
    ['for=203.0.113.1', '203.0.113.1'],
    ['for=192.0.2.66, For="203.0.113.1:80";proto=https;by=10.0.0.1', '203.0.113.1'],
    ['by=10.0.0.1; for="[2001:db8::7]:4711"', '2001:db8::7'],
    ['for=203.0.113.1, for=10.0.0.2;host="a, for=192.0.2.66"', '203.0.113.1'],
    [String.raw`for=203.0.113.1, for=10.0.0.2;host="a\", for=192.0.2.66"`, '203.0.113.1'],
    ['for=unknown', '10.0.0.1'],
    ['proto=https', '10.0.0.1'],
    ['for="203.0.113.1', '10.0.0.1'],
  ])('as Forwarded says it: %s', (header, address) => {
    expect(ask('10.0.0.1', header, { proxyHeader: 'forwarded' }).address).toBe(address)
  })

  test('one header is believed, never the other, which the client may have written', () => {
    const { read } = createClientReader({ trustProxy: proxies, proxyHeader: 'forwarded' })

    const { address } = read({ headers: { 'x-forwarded-for': '203.0.113.1' }, socket: { remoteAddress: '10.0.0.1' } })

    expect(address).toBe('10.0.0.1')
  })

  test('nobody is believed unless told', () => {
    expect(ask('127.0.0.1', '203.0.113.1', { trustProxy: [] })).toEqual({ address: '127.0.0.1', by: null })
  })

  test('says by which proxy', () => {
    expect(ask('10.0.0.1', '203.0.113.1')).toEqual({ address: '203.0.113.1', by: '10.0.0.1' })
    expect(ask('198.51.100.9', '203.0.113.1').by).toBeNull()
  })

  test.each(['x-forwarded-for', 'forwarded'] as const)(
    'whatever a client puts before it changes nothing: %s',
    (proxyHeader) => {
      const hop = proxyHeader === 'forwarded' ? 'for=203.0.113.1' : '203.0.113.1'
      // What ends within a quoted text would go on in what the proxy wrote: a proxy that adds to such a header breaks it itself.
      const before = fc.string().filter((text) => !text.includes('"'))
      fc.assert(
        fc.property(before, (text) => {
          expect(ask('10.0.0.1', `${text}, ${hop}`, { proxyHeader }).address).toBe('203.0.113.1')
        }),
      )
    },
  )
})
