import { describe, expect, test } from 'vitest'
import type { ComposeLabels } from '../engine/compose-labels.ts'
import { isAbout, projectOf, type ConfiguredService } from './project-of.ts'

const labels: ComposeLabels = {
  project: 'shop',
  service: 'web',
  number: 1,
  configHash: 'hash',
  files: ['/srv/shop/compose.yaml', '/srv/shop/compose.prod.yaml'],
  directory: '/srv/shop',
  envFiles: [],
  dependencies: [],
  version: '2.26.1',
}

const configured = (change: Partial<ConfiguredService> = {}): ConfiguredService => ({
  service: 'web',
  project: null,
  files: [],
  envFiles: [],
  profiles: [],
  directory: null,
  ...change,
})

describe('the project of a container', () => {
  test('is called as its labels say, where nothing is configured', () => {
    expect(projectOf({ ...labels, envFiles: ['/srv/prod.env'] }, [])).toEqual({
      project: 'shop',
      files: ['/srv/shop/compose.yaml', '/srv/shop/compose.prod.yaml'],
      projectDirectory: '/srv/shop',
      envFiles: ['/srv/prod.env'],
      profiles: [],
    })
  })

  test('lies where its first file does, where no folder is known', () => {
    expect(projectOf({ ...labels, directory: '' }, []).projectDirectory).toBe('/srv/shop')
  })

  test('is called as the configuration says, as far as that goes, under the name that it has', () => {
    const other = configured({ service: 'api', files: ['/srv/shop/other.yaml'] })
    const given = configured({ files: ['/srv/shop/compose.yaml'], profiles: ['front'], envFiles: ['/srv/a.env'] })

    expect(projectOf(labels, [other, given])).toEqual({
      project: 'shop',
      files: ['/srv/shop/compose.yaml'],
      projectDirectory: '/srv/shop',
      envFiles: ['/srv/a.env'],
      profiles: ['front'],
    })
    expect(projectOf(labels, [configured({ profiles: ['front'] })]).files).toEqual(labels.files)
    expect(projectOf(labels, [configured({ directory: '/srv' })]).projectDirectory).toBe('/srv')
  })

  test('is of the files themselves where it was brought back from copies of them', () => {
    const copied = {
      ...labels,
      files: ['/srv/shop/.compose.yaml.longshore'],
      envFiles: ['/srv/shop/.prod.env.longshore'],
    }

    expect(projectOf(copied, [])).toMatchObject({
      files: ['/srv/shop/compose.yaml'],
      envFiles: ['/srv/shop/prod.env'],
    })
    expect(isAbout(configured({ files: ['/srv/shop/compose.yaml'] }), { ...copied, project: 'renamed' })).toBe(true)
  })

  test('has the usual env file in force again after a copy of that, which need not be there', () => {
    expect(projectOf({ ...labels, envFiles: ['/srv/shop/..env.longshore'] }, []).envFiles).toEqual([])
    expect(projectOf({ ...labels, envFiles: ['/srv/shop/.env'] }, []).envFiles).toEqual(['/srv/shop/.env'])
  })
})

describe('an entry of the configuration', () => {
  test.each<[string, Partial<ConfiguredService>, boolean]>([
    ['of the service alone', {}, true],
    ['of another service', { service: 'api' }, false],
    ['of the project', { project: 'shop' }, true],
    ['of another project, though of its files', { project: 'other', files: ['/srv/shop/compose.yaml'] }, false],
    ['of its files', { files: ['/srv/shop/compose.prod.yaml'] }, true],
    ['of a file that lies where another project would', { files: ['/srv/other/compose.yaml'] }, false],
    ['of a file in a folder of its name', { files: ['/opt/shop/compose.yaml'] }, true],
    ['of a file in a folder that Compose makes its name of', { files: ['/opt/_Sh.op/compose.yaml'] }, true],
  ])('%s', (_, change, expected) => {
    expect(isAbout(configured(change), labels)).toBe(expected)
  })
})
