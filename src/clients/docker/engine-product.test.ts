import { expect, test } from 'vitest'
import { readEngineProduct } from './engine-product.ts'

const components = (...names: string[]) => names.map((Name) => ({ Name, Version: '1' }))

// The names of components as the engines themselves gave them: Docker 26.1.5 and 20.10.24, Podman 4.3.1.
test.each([
  [
    'Docker',
    { Version: '26.1.5', Components: components('Engine', 'containerd', 'runc', 'docker-init') },
    { product: 'docker', productVersion: '26.1.5', isRootless: false },
  ],
  [
    'Docker without root',
    {
      Version: '26.1.5',
      Components: components('Engine', 'containerd', 'runc', 'docker-init', 'rootlesskit', 'slirp4netns'),
    },
    { product: 'docker', productVersion: '26.1.5', isRootless: true },
  ],
  [
    'Podman',
    { Version: '4.3.1', Components: components('Podman Engine', 'Conmon', 'OCI Runtime (runc)') },
    { product: 'podman', productVersion: '4.3.1', isRootless: false },
  ],
  ['another', { Version: '9', Components: components('Something') }, { product: 'other', isRootless: false }],
  ['one that does not list what it is made of', { Version: '24' }, { product: 'docker', isRootless: false }],
  ['nonsense', { Components: [1, null, {}] }, { product: 'other', productVersion: '' }],
])('tells %s', (_, answer, expected) => {
  expect(readEngineProduct(answer)).toMatchObject(expected)
})
