import { describe, expect, test } from 'vitest'
import { composeLabels } from '../../../test/fakes/compose-services.ts'
import { readComposeLabels } from './compose-labels.ts'

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
        { service: 'db', condition: 'service_healthy' },
        { service: 'cache', condition: 'service_started' },
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
      { service: 'db', condition: 'service_started' },
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
