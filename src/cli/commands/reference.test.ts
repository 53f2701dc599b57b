import { expect, test } from 'vitest'
import { runReference } from './reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test('prints every part as JSON', () => {
  expect(JSON.parse(runReference(`nginx:1@${digest}`, 'json'))).toEqual({
    registry: 'docker.io',
    repository: 'library/nginx',
    tag: '1',
    digest,
    familiar: `nginx:1@${digest}`,
    canonical: `docker.io/library/nginx:1@${digest}`,
  })
})

test('prints null for what is absent, and fills in no tag', () => {
  expect(JSON.parse(runReference('localhost:5000/web', 'json'))).toEqual({
    registry: 'localhost:5000',
    repository: 'web',
    tag: null,
    digest: null,
    familiar: 'localhost:5000/web',
    canonical: 'localhost:5000/web',
  })
})

test('prints two aligned columns for people', () => {
  expect(runReference('nginx:1', 'table').split('\n')).toEqual([
    'registry    docker.io',
    'repository  library/nginx',
    'tag         1',
    'digest      -',
    'familiar    nginx:1',
    'canonical   docker.io/library/nginx:1',
  ])
})

test('refuses what is no reference with its code', () => {
  expect(() => runReference(digest, 'json')).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }))
})
