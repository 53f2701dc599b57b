import { expect, test } from 'vitest'
import type { Follow } from '../../rollout/dependant.ts'
import { referenceToFollow } from './follow-only.ts'

const follows: Follow = { how: 'restart', provider: 'vpn', sentence: 'vpn was started again', isLeftStopped: false }
const digest = `sha256:${'a'.repeat(64)}`
const imageId = `sha256:${'b'.repeat(64)}`
const pulled = [`docker.io/library/app@${digest}`]

test.each([
  ['its digest', `app@${digest}`, [], { repository: 'library/app', digest }],
  ['the name that its image was pulled by', imageId, pulled, { repository: 'library/app', digest }],
  ['the same for the beginning of an id', 'bbbbbbbbbbbb', pulled, { repository: 'library/app' }],
  ['a name of ours where there is none', imageId, [], { registry: 'localhost', digest: null }],
])('while it follows, an image without a tag is known by %s', (_, image, repositoryDigests, expected) => {
  expect(referenceToFollow({ follows, image, imageId, repositoryDigests })).toMatchObject(expected)
})

test.each([
  ['names a tag', follows, 'app:1'],
  ['names a tag that reads like an id', follows, 'cafe'],
  ['has nothing to follow', null, `app@${digest}`],
])('one that %s has its own reference', (_, follow, image) => {
  expect(referenceToFollow({ follows: follow, image, imageId, repositoryDigests: pulled })).toBeNull()
})
