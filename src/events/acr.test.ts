import { expect, test } from 'vitest'
import { eventRequest } from '../../test/fakes/event-requests.ts'
import { acrBody } from '../../test/fakes/senders/hosted-registries.ts'
import { createAcrSource } from './acr.ts'

const source = createAcrSource({ registry: 'shop.azurecr.io' })
const validating = { 'aeg-event-type': ['SubscriptionValidation'] }

const gridEvent = (action: string, tag: string) => ({
  id: `of the grid ${tag}`,
  topic: '/subscriptions/x',
  subject: `shop/web:${tag}`,
  eventType: `Microsoft.ContainerRegistry.Image${action === 'push' ? 'Pushed' : 'Deleted'}`,
  data: acrBody(action, { repository: 'shop/web', tag }, Number(tag)),
})

const validation = (data: object) => [
  { id: '1', eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', subject: '', data },
]

test('a list of Event Grid', () => {
  const events = source.parse(eventRequest([gridEvent('push', '1'), gridEvent('delete', '2'), null, 'x']))

  expect(events).toMatchObject([
    { kind: 'pushed', image: { registry: 'shop.azurecr.io', repository: 'shop/web', tag: '1' } },
    { kind: 'deleted', image: { tag: '2' } },
  ])
  expect(source.parse(eventRequest(Array.from({ length: 1001 }, () => ({}))))).toBeNull()
})

test('answers Event Grid with its code, and never calls its address', async () => {
  const code = '512d38b6-c7b8-40c8-89fe-f46f9e9622b6'
  const body = validation({ validationCode: code, validationUrl: 'https://evil.example.com/' })

  expect(await source.greet?.(eventRequest(body, validating))).toEqual({ validationResponse: code })
  expect(source.parse(eventRequest(body, validating))).toEqual([])
})

test.each<[string, unknown, Record<string, readonly string[]>]>([
  ['an event of another kind', [gridEvent('push', '1')], validating],
  ['without the header', validation({ validationCode: 'x' }), {}],
  [
    'with the header twice',
    validation({ validationCode: 'x' }),
    { 'aeg-event-type': Array(2).fill('SubscriptionValidation') },
  ],
  ['a code that is none', validation({ validationCode: '<script>' }), validating],
  ['a code that is too long', validation({ validationCode: 'x'.repeat(201) }), validating],
  ['no code', validation({}), validating],
  ['no JSON', '{', validating],
])('says nothing back to %s', async (_, body, headers) => {
  expect(await source.greet?.(eventRequest(body, headers))).toBeNull()
})

const cloudEvent = (action: string, tag: string, type = action === 'push' ? 'ImagePushed' : 'ImageDeleted') => ({
  specversion: '1.0',
  id: 'an-id',
  source: '/subscriptions/x/resourceGroups/y/providers/Microsoft.ContainerRegistry/registries/shop',
  subject: `shop/web:${tag}`,
  type: `Microsoft.ContainerRegistry.${type}`,
  time: '2026-11-20T12:00:00Z',
  data: gridEvent(action, tag).data,
})

test.each<[string, unknown]>([
  ['one', cloudEvent('push', '1')],
  ['a list', [cloudEvent('push', '1'), cloudEvent('push', '2', 'ChartPushed')]],
])('reads CloudEvents of Event Grid, %s', (_, body) => {
  expect(source.parse(eventRequest(body))).toMatchObject([
    { kind: 'pushed', image: { registry: 'shop.azurecr.io', repository: 'shop/web', tag: '1' } },
  ])
  expect(source.origins).toEqual(['eventgrid.azure.net'])
})
