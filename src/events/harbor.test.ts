import { expect, test } from 'vitest'
import { eventRequest } from '../../test/fakes/event-requests.ts'
import { createHarborSource } from './harbor.ts'

const source = createHarborSource({ registry: 'harbor.example.com' })
const digest = `sha256:${'a'.repeat(64)}`
const read = (body: unknown) => source.parse(eventRequest(body, { 'content-type': ['application/cloudevents+json'] }))

const repository = { name: 'web', namespace: 'shop', repo_full_name: 'shop/web', repo_type: 'private' }

const cloudEvent = (type = 'harbor.artifact.pushed', data: object = {}) => ({
  specversion: '1.0',
  id: '66a4a5d5-0e3d-4f8d-a5f4-6a0ba7a4a9fb',
  requestid: '1c3a7e7a',
  source: '/projects/2/webhook/policies/15',
  type,
  datacontenttype: 'application/json',
  time: '2026-11-20T12:00:00Z',
  data: { resources: [{ digest, tag: '1', resource_url: 'evil.example.com/shop/web:1' }], repository, ...data },
  operator: 'admin',
})

test('a CloudEvent, by its id', () => {
  expect(read(cloudEvent())).toEqual([
    {
      id: '66a4a5d5-0e3d-4f8d-a5f4-6a0ba7a4a9fb',
      kind: 'pushed',
      occurredAt: Date.parse('2026-11-20T12:00:00Z'),
      image: { registry: 'harbor.example.com', repository: 'shop/web', tag: '1', digest },
    },
  ])
  expect(read(cloudEvent('harbor.artifact.deleted'))).toMatchObject([{ kind: 'deleted', image: { digest: null } }])
  expect(read(cloudEvent('harbor.scan.completed'))).toEqual([])
})

test('all tags of an artifact', () => {
  const resources = ['1', '1.2', digest, null].map((tag) => ({ digest, tag }))

  expect(read(cloudEvent(undefined, { resources }))?.map(({ image }) => image.tag)).toEqual(['1', '1.2'])
})

test('a repository without its full name, and with a path below its project', () => {
  const { repo_full_name: _, ...parts } = repository

  expect(read(cloudEvent(undefined, { repository: { ...parts, name: 'team/web' } }))).toMatchObject([
    { image: { repository: 'shop/team/web' } },
  ])
})

test.each([
  ['resources that are no list', { resources: {} }],
  ['no repository', { repository: null }],
  ['more resources than a sender has', { resources: Array.from({ length: 1001 }, () => ({})) }],
])('%s cannot be read', (_, data) => {
  expect(read(cloudEvent(undefined, data))).toBeNull()
})

const replication = (change: object = {}) => ({
  harbor_hostname: 'harbor',
  job_status: 'Success',
  artifact_type: 'image',
  execution_timestamp: 1_732_104_000,
  src_resource: {
    registry_name: 'hub',
    registry_type: 'docker-hub',
    endpoint: 'https://hub.docker.com',
    namespace: 'library',
  },
  dest_resource: { registry_type: 'harbor', endpoint: 'https://evil.example.com', namespace: 'mirror' },
  successful_artifact: [{ type: 'image', status: 'Success', name_tag: 'alpine [1 item(s) in total]' }],
  ...change,
})

const inBoth = (told: object) => [
  { type: 'REPLICATION', occur_at: 1_732_104_000, operator: 'MANUAL', event_data: { replication: told } },
  {
    specversion: '1.0',
    id: '66e18103-09c1-41f6-982f-37df223f3eeb',
    source: '/projects/2/webhook/policies/15',
    type: 'harbor.replication.status.changed',
    data: { replication: told },
    operator: 'MANUAL',
  },
]

test.each<[string, string | null]>([
  ['alpine [1 item(s) in total]', null],
  ['alpine', null],
  ['alpine:3.20', '3.20'],
])('what was copied into it is looked up at its own host: %s', (name_tag, tag) => {
  for (const body of inBoth(replication({ successful_artifact: [{ name_tag }] }))) {
    expect(source.parse(eventRequest(body))).toMatchObject([
      { kind: 'pushed', image: { registry: 'harbor.example.com', repository: 'mirror/alpine', tag, digest: null } },
    ])
  }
})

test.each<[string, object]>([
  [
    'is copied out of it',
    {
      src_resource: { registry_type: 'harbor', namespace: 'mirror' },
      dest_resource: { registry_name: 'hub', namespace: 'library' },
    },
  ],
  ['is under way', { job_status: 'Running', successful_artifact: undefined }],
  ['names no project', { dest_resource: { registry_type: 'harbor' } }],
  [
    'names no image',
    { successful_artifact: [{ name_tag: '' }, { name_tag: '[3]' }, { name_tag: 'a@b' }, {}, null, 7] },
  ],
  ['is beyond all bounds', { successful_artifact: Array.from({ length: 1001 }, () => ({ name_tag: 'alpine' })) }],
])('a replication that %s tells nothing', (_, change) => {
  for (const body of inBoth(replication(change))) expect(source.parse(eventRequest(body))).toEqual([])
})
