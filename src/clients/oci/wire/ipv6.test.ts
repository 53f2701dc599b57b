import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { endpointOf } from '../endpoint.ts'

const signal = new AbortController().signal
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

test.runIf(hasIpv6)('reaches a registry at an IPv6 address, in plain http where that is loopback', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  const port = Number(new URL(pair.registry.url).port)
  const front = createServer((socket) => {
    const inner = connect(port, '127.0.0.1')
    inner.on('error', () => socket.destroy())
    socket.on('error', () => inner.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((resolve) => front.listen(0, '::1', resolve))
  const registry = `[::1]:${(front.address() as AddressInfo).port}` // a TCP server that listens has a port

  await expect(pair.client.headManifest({ ...pair.app, registry }, 'latest', null, signal)).resolves.toMatchObject({
    digest,
  })
  await expect(pair.client.listTags({ ...pair.app, registry }, signal)).resolves.toEqual(['latest'])

  expect(pair.registry.requests.map(({ headers }) => headers.host)).toEqual([registry, registry])
  pair.client.close()
  front.close()
})

test.each([
  ['[::1]:5000', 'http://[::1]:5000'],
  ['[2001:db8::1]:5000', 'https://[2001:db8::1]:5000'],
  ['[2001:db8::1]', 'https://[2001:db8::1]'],
])('%s is asked at %s', (registry, origin) => {
  expect(endpointOf(registry, {}).origin).toBe(origin)
})
