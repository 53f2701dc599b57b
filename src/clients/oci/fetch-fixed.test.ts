import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createFixedFetcher } from './fetch-fixed.ts'
import { defaultLimits } from './limits.ts'
import type { HttpRequest } from './wire/exchange.ts'
import { noProxies } from './wire/proxy.ts'
import { createTransport } from './wire/transport.ts'

const address = new URL('https://keys.example.com/certs')

function start(answer: { status?: number; headers?: Record<string, string> } = {}) {
  const sent: HttpRequest[] = []
  const fetcher = createFixedFetcher({
    transport: {
      async send(request) {
        sent.push(request)
        const { status = 200, headers = {} } = answer
        return { status, headers, body: Buffer.from('keys'), url: request.url, peer: '' }
      },
      close: () => {},
    },
  })
  return { sent, fetcher }
}

test('asks once, at public addresses only, with nothing of ours, up to a size', async () => {
  const { sent, fetcher } = start()

  expect(await fetcher.fetch(address, 100)).toEqual({ body: Buffer.from('keys'), maxAgeMs: 0 })
  expect(sent).toMatchObject([{ method: 'GET', url: address, headers: {}, reach: 'public', bodyBytesMax: 100 }])
})

test.each([
  ['public, max-age=19845, must-revalidate, no-transform', 19_845_000],
  ['max-age=60', 60_000],
  ['s-maxage=60', 0],
  ['no-store', 0],
  ['max-age=9999999999999', 0],
])('reads how long %s is', async (control, maxAgeMs) => {
  const { fetcher } = start({ headers: { 'cache-control': control } })

  expect(await fetcher.fetch(address, 100)).toMatchObject({ maxAgeMs })
})

test.each([301, 302, 307, 404, 500])('follows and believes no answer of status %i', async (status) => {
  const { fetcher, sent } = start({ status, headers: { location: 'https://evil.example.com/' } })

  await expect(fetcher.fetch(address, 100)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
  expect(sent).toHaveLength(1)
})

test.each([
  'http://keys.example.com/certs',
  'https://me@keys.example.com/certs',
  'https://keys.example.com:8443/certs',
  'file:///etc/passwd',
])('does not ask %s', async (url) => {
  const { fetcher, sent } = start()

  await expect(fetcher.fetch(new URL(url), 100)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  expect(sent).toEqual([])
})

describe('a name that leads into a private network', () => {
  test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254'])('is not followed to %s', async (found) => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address: found, family: 4 }])
    const transport = createTransport({ limits: defaultLimits, lookup, tls: async () => null, proxies: noProxies })
    const fetcher = createFixedFetcher({ transport })

    await expect(fetcher.fetch(address, 100)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
    fetcher.close()
  })
})
