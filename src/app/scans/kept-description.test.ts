import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { keptDescription } from './kept-description.ts'

const repository = { registry: 'registry.example.com', repository: 'web' }
const [index, manifest] = [digest('a'), digest('b')]
const image = { platform: { os: 'linux', architecture: 'amd64', variant: null }, manifest, config: null }
const description = { digest: index, mediaType: 'application/vnd.oci.image.index.v1+json', images: [image] }

async function keptOf(value: unknown): Promise<unknown> {
  const store = createMemoryStore()
  await store.saveImageDescription(repository.registry, repository.repository, index, value)
  return keptDescription(store, repository, index)
}

test.each([
  ['of no image', { ...description, images: [] }],
  ['of an image that nobody looked into', description],
  ['of one with its size', { ...description, images: [{ ...image, config: digest('c'), sizeBytes: 9 }] }],
])('gives a description %s', async (_, value) => {
  expect(await keptOf(value)).toEqual(value)
})

test.each([
  ['nothing', null],
  ['a text', 'web'],
  ['what has no images', { ...description, images: null }],
  ['a digest that is none', { ...description, digest: 'sha256:a' }],
  ['an image without a manifest', { ...description, images: [{ ...image, manifest: null }] }],
  ['an image without a platform', { ...description, images: [{ ...image, platform: null }] }],
  ['a size that is no number', { ...description, images: [{ ...image, sizeBytes: '9' }] }],
])('takes %s for none', async (_, value) => {
  expect(await keptOf(value)).toBeNull()
})
