import { expect, test } from 'vitest'
import { envelope, eventRequest, nowMs, signed } from '../../test/fakes/event-requests.ts'
import type { EventRequest, EventSource } from './event-source.ts'
import { createAcrSource } from './acr.ts'
import { createDistributionSource } from './distribution.ts'
import { createDockerHubSource } from './docker-hub.ts'
import { readEcrEvent } from './ecr/image-action.ts'
import { readPushedMessage } from './gar/pushed-message.ts'
import { createGenericSource } from './generic.ts'
import { createHarborSource } from './harbor.ts'
import { createQuaySource } from './quay.ts'
import { createZotSource } from './zot.ts'

const registry = 'registry.example.com'
const seconds = nowMs / 1000
const iso = '2026-11-20T12:00:00Z'

const of = (source: EventSource, request: EventRequest) => source.parse(request)?.[0]
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
const base64 = (value: unknown) => bytes(value).toString('base64')

const harbor = {
  type: 'PUSH_ARTIFACT',
  occur_at: seconds,
  event_data: { resources: [{ tag: '1' }], repository: { repo_full_name: 'shop/web' } },
}
const ecrHost = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
const ecr = {
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  region: 'eu-central-1',
  time: iso,
  detail: { result: 'SUCCESS', 'repository-name': 'web', 'action-type': 'PUSH', 'image-tag': '1' },
}
const zot = { reference: '1', name: 'shop/web' }
const ce = { 'ce-type': ['zotregistry.image.updated'], 'ce-id': ['1'], 'ce-time': [iso] }
const hub = { push_data: { tag: '1', pushed_at: seconds }, repository: { repo_name: 'shop/web' } }
const quay = { repository: 'shop/web', updated_tags: ['1'] }
const generic = JSON.stringify({ image: 'shop/web:1' })
const gar = {
  message: { data: base64({ action: 'INSERT', tag: `${registry}/web:1` }), messageId: '1', publishTime: iso },
}

test.each([
  ['distribution', of(createDistributionSource({ registry }), eventRequest(envelope())), nowMs - 3_600_000],
  ['acr', of(createAcrSource({ registry }), eventRequest(envelope().events[0])), nowMs - 3_600_000],
  ['harbor', of(createHarborSource({ registry }), eventRequest(harbor)), nowMs],
  ['docker-hub', of(createDockerHubSource({ registry }), eventRequest(hub)), nowMs],
  ['ecr', readEcrEvent(ecrHost, JSON.stringify(ecr), null)?.[0], nowMs],
  ['gar', readPushedMessage(registry, bytes(gar))?.[0], nowMs],
  ['zot', of(createZotSource({ registry }), eventRequest(zot, ce)), nowMs],
  ['generic', of(createGenericSource({ registry }), eventRequest(generic, signed(generic, 'x'))), nowMs],
  ['quay', of(createQuaySource({ registry }), eventRequest(quay)), undefined],
])('keeps what time %s says it is of', (_, event, ms) => {
  expect(event).toMatchObject({ kind: 'pushed' })
  expect(event?.occurredAt).toBe(ms)
})
