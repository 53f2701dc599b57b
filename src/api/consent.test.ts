import { expect, onTestFinished, test } from 'vitest'
import { startManualClock } from '../../test/fakes/clock.ts'
import { networksInMemory } from '../../test/fakes/proven-networks.ts'
import { createLog } from '../lib/log.ts'
import { createPublicApp } from './public-app.ts'

const grid = 'eventgrid.azure.net'

function start(origins?: readonly string[]) {
  const asked: string[] = []
  const app = createPublicApp({
    receive: async (name) => {
      asked.push(name)
      return 'refused'
    },
    showsSecret: () => false,
    proven: networksInMemory(),
    readiness: async () => ({ reasons: [] }),
    late: () => [],
    clock: startManualClock(),
    log: createLog('debug', 'plain', () => {}),
    ...(origins && { origins }),
  })
  onTestFinished(() => app.close())
  const ask = (url: string, headers: Record<string, string> = { 'webhook-request-origin': grid }) =>
    app.inject({ method: 'OPTIONS', url, headers: { host: '127.0.0.1', ...headers } })
  return { asked, ask }
}

test('a system that a source is sent by may send, whatever the name and the secret, and is not let in by that', async () => {
  const { ask, asked } = start([grid])

  for (const url of ['/hooks/acr', '/hooks/nobody', '/hooks/acr/some-secret']) {
    const { statusCode, headers, body } = await ask(url, {
      'webhook-request-origin': grid,
      'webhook-request-callback': 'https://evil.example.com/',
      'webhook-request-rate': '120',
    })
    expect([statusCode, headers['webhook-allowed-origin'], headers['webhook-allowed-rate'], body]).toEqual([
      200,
      grid,
      '*',
      '',
    ])
  }
  expect(asked).toEqual([])
})

test.each<[string, readonly string[] | undefined, Record<string, string>]>([
  ['another system', [grid], { 'webhook-request-origin': 'evil.example.com' }],
  ['one whose name begins like it', [grid], { 'webhook-request-origin': `${grid}.example.com` }],
  ['nobody', [grid], {}],
  ['it, where no source needs it', undefined, { 'webhook-request-origin': grid }],
])('%s is told that there is nothing', async (_, origins, headers) => {
  const { statusCode, headers: answered, json } = await start(origins).ask('/hooks/acr', headers)

  expect(statusCode).toBe(404)
  expect(answered['webhook-allowed-origin']).toBeUndefined()
  expect(json()).toMatchObject({ error: { code: 'ROUTE_NOT_FOUND' } })
})
