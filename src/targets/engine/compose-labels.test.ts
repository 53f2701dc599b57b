import { describe, expect, test } from 'vitest'
import { composeLabels } from '../../../test/fakes/compose-services.ts'
import { readComposeLabels, trustedLabels } from './compose-labels.ts'

const service = { project: 'shop', service: 'web' }

describe('the labels that Compose writes', () => {
  test('tell the service, its place among its instances and how it was brought up', () => {
    const labels = composeLabels({
      ...service,
      'container-number': '2',
      'config-hash': 'abc',
      oneoff: 'False',
      'project.config_files': '/srv/compose.yaml,/srv/compose.prod.yaml',
      'project.working_dir': '/srv',
      'project.environment_file': '/srv/prod.env,/srv/more.env',
      depends_on: 'db:service_healthy:false,cache:service_started:true',
      version: '2.26.1',
    })

    expect(readComposeLabels(labels)).toEqual({
      project: 'shop',
      service: 'web',
      number: 2,
      configHash: 'abc',
      files: ['/srv/compose.yaml', '/srv/compose.prod.yaml'],
      directory: '/srv',
      envFiles: ['/srv/prod.env', '/srv/more.env'],
      dependencies: [
        { service: 'db', condition: 'service_healthy', restarts: false },
        { service: 'cache', condition: 'service_started', restarts: true },
      ],
      version: '2.26.1',
    })
  })

  test('say as little as older versions write', () => {
    expect(readComposeLabels(composeLabels(service))).toEqual({
      ...service,
      number: 1,
      configHash: '',
      files: [],
      directory: '',
      envFiles: [],
      dependencies: [],
      version: '',
    })
  })

  test('have a place that can be ordered by, whatever is written', () => {
    expect(readComposeLabels(composeLabels({ ...service, 'container-number': 'first' }))?.number).toBe(1)
  })

  test('without a condition want a dependency to be started, as Compose does', () => {
    expect(readComposeLabels(composeLabels({ ...service, depends_on: 'db' }))?.dependencies).toEqual([
      { service: 'db', condition: 'service_started', restarts: false },
    ])
  })

  test.each([
    ['a plain container', {}],
    ['a container of a project and no service', { project: 'shop' }],
    ['a container of a service and no project', { service: 'web' }],
    ['what `docker compose run` made', { ...service, oneoff: 'True' }],
  ])('of %s name no service', (_, labels) => {
    expect(readComposeLabels(composeLabels(labels))).toBeNull()
  })
})

describe('the labels of a container that are believed', () => {
  const image = composeLabels({ ...service, version: '2.26.1' })

  test('are not those of Compose that an image brought', () => {
    expect(trustedLabels({ ...image, mine: '1' }, image)).toEqual({ mine: '1' })
  })

  test('nor when the image was made from a container of Compose', () => {
    const committed = { ...image, ...composeLabels({ 'config-hash': 'hash', 'container-number': '1' }) }

    expect(trustedLabels(committed, committed)).toEqual({})
  })

  test('are all of Compose, and none else of the image, where Compose made the container', () => {
    const made = { ...image, ...composeLabels({ 'config-hash': 'hash' }) }
    const labels = { ...made, 'longshore.watch': 'true' }

    expect(trustedLabels(labels, { ...image, 'longshore.watch': 'true' })).toEqual(made)
  })

  test('are all of them where its image is gone', () => {
    expect(trustedLabels(image, null)).toEqual(image)
  })
})
