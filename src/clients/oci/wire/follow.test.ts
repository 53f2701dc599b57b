import { expect, test } from 'vitest'
import { createFakeTiming } from '../../../../test/fakes/oci-client.ts'
import { defaultLimits } from '../limits.ts'
import { createBudgets } from '../pace/budgets.ts'
import { createClocks } from '../pace/clocks.ts'
import { createLanes } from '../pace/lane.ts'
import { createRequestCounts } from '../pace/request-counts.ts'
import type { HttpRequest } from './exchange.ts'
import { follow } from './follow.ts'

/** A registry at `peer` that redirects once; where it leads, and how far the connection there may go. */
async function redirectedFrom(peer: string, counts = createRequestCounts()): Promise<HttpRequest | undefined> {
  const timing = createFakeTiming()
  const sent: HttpRequest[] = []
  const transport = {
    async send(request: HttpRequest) {
      sent.push(request)
      const isFirst = sent.length === 1
      const headers = isFirst ? { location: 'https://storage.example/blob' } : {}
      return { status: isFirst ? 307 : 200, headers, body: Buffer.alloc(0), url: request.url, peer }
    },
    close: () => {},
  }
  const lanes = createLanes(timing, () => ({ concurrency: 1, requestsPerSecond: null }))
  const pace = { lanes, budgets: createBudgets(timing), clocks: createClocks(timing), counts }
  await follow(
    { transport, ...pace, limits: defaultLimits, hosts: {}, timing },
    {
      method: 'GET',
      url: new URL('https://registry.example/v2/'),
      headers: { authorization: 'Basic secret', accept: 'a/b', 'private-token': 'secret' },
      reach: 'configured',
      bodyBytesMax: 1,
      subject: 'registry.example/a:1',
      account: 'ci',
    },
    new AbortController().signal,
  )
  return sent[1]
}

test.each([
  ['93.184.216.34', 'public'],
  ['192.168.1.20', 'private'],
  ['fd12::1', 'private'],
  ['127.0.0.1', 'loopback'],
  ['', 'public'], // behind a proxy, nobody knows
])('who answers from %j leads no further than %s, and takes no credential along', async (peer, reach) => {
  const second = await redirectedFrom(peer)

  expect(second).toMatchObject({ reach, headers: { accept: 'a/b' } })
  expect(Object.keys(second?.headers ?? {})).toEqual(['accept'])
  expect(second?.account).toBeUndefined()
})

test('counts a request and what it leads to for the host that was asked', async () => {
  const counts = createRequestCounts()

  await redirectedFrom('93.184.216.34', counts)
  await redirectedFrom('93.184.216.34', counts)

  expect(counts.read()).toEqual([
    { host: 'registry.example', method: 'GET', status: 307, count: 2 },
    { host: 'registry.example', method: 'GET', status: 200, count: 2 },
  ])
})
