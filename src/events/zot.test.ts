import { expect, test } from 'vitest'
import { eventRequest } from '../../test/fakes/event-requests.ts'
import { createZotSource } from './zot.ts'

const source = createZotSource({ registry: 'zot.example.com' })
const digest = `sha256:${'a'.repeat(64)}`

const headers = {
  'ce-specversion': ['1.0'],
  'ce-id': ['5f0c7a3e'],
  'ce-type': ['zotregistry.image.updated'],
  'ce-source': ['zotregistry.dev'],
  'content-type': ['application/json'],
}
const data = { name: 'shop/web', reference: '1', digest, mediaType: 'x', manifest: '{}' }

test('an event whose attributes are headers', () => {
  expect(source.parse(eventRequest(data, headers))).toEqual([
    {
      id: '5f0c7a3e',
      kind: 'pushed',
      image: { registry: 'zot.example.com', repository: 'shop/web', tag: '1', digest },
    },
  ])
})

test('an event without an id, by its body', () => {
  const anonymous = { ...headers, 'ce-id': [] }

  expect(source.parse(eventRequest(data, anonymous))?.[0]?.id).toMatch(/^[a-f0-9]{64}$/)
})

test('no event where the type stands twice', () => {
  const twice = { ...headers, 'ce-type': ['zotregistry.image.updated', 'zotregistry.image.deleted'] }

  expect(source.parse(eventRequest(data, twice))).toBeNull()
})

test('the deletion of a digest, which concerns the repository', () => {
  const gone = { ...headers, 'ce-type': ['zotregistry.image.deleted'] }

  expect(source.parse(eventRequest({ ...data, reference: digest }, gone))).toMatchObject([
    { kind: 'deleted', image: { repository: 'shop/web', tag: null, digest: null } },
  ])
})
