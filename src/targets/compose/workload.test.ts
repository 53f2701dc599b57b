import { describe, expect, test } from 'vitest'
import { composeLabels, composeService, exited } from '../../../test/fakes/compose-services.ts'
import type { ImageInspect } from '../../clients/docker/shapes.ts'
import type { ConfiguredService } from './project-of.ts'
import type { Service } from './services.ts'
import { readWorkload } from './workload.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const image: ImageInspect = {
  Id: 'sha256:old',
  Os: 'linux',
  Architecture: 'amd64',
  RepoDigests: [`nginx@${digest}`, `<none>@${digest}`],
}
const check = { Test: ['CMD', 'true'], Interval: 1e9, Timeout: 1e9, StartPeriod: 1e9, Retries: 1 }
const network = { HostConfig: { NetworkMode: 'shop_default' }, Networks: { shop_default: {} } }

const read = (service: Service, others: readonly Service[] = [], configured: readonly ConfiguredService[] = []) =>
  readWorkload({
    target: 'local',
    service,
    all: [service, ...others],
    image,
    self: { container: null, hostname: 'server' },
    configured,
    now: 0,
  })

describe('a Compose service as a workload', () => {
  test('is known by project and service, and its oldest instance speaks for it', () => {
    const service = composeService(
      {
        id: 'one',
        labels: { 'longshore.watch': 'true' },
        inspect: { Config: { Image: 'nginx:1', Healthcheck: check } },
      },
      { id: 'two', number: 2, labels: { 'longshore.watch': 'false' }, inspect: { Config: { Image: 'nginx:1' } } },
    )

    expect(read(service)).toMatchObject({
      id: 'local/compose/shop/web',
      target: 'local',
      kind: 'compose',
      name: 'shop/web',
      instance: 'one',
      image: 'nginx:1',
      labels: { 'longshore.watch': 'true' },
      isRunning: true,
      imageId: 'sha256:old',
      repositoryDigests: [`docker.io/library/nginx@${digest}`],
      platform: { os: 'linux', architecture: 'amd64' },
      operation: null,
      restart: 'always',
      hasHealthCheck: true,
      healthBudgetMs: 4000,
      scale: 2,
      definedBy: ['/srv/shop/compose.yaml', '/srv/shop'],
      leftAlone: null,
    })
  })

  test('is defined by the files that the configuration names', () => {
    const service = composeService()
    const files = ['/srv/shop/a.yaml', '/srv/shop/b.yaml']
    const entry = { service: 'web', project: 'shop', files, envFiles: [], profiles: [], directory: null }

    expect(read(service, [], [entry]).definedBy).toEqual([...files, '/srv/shop'])
  })

  test('runs as long as one instance does', () => {
    expect(read(composeService({}, { number: 2, state: exited })).isRunning).toBe(true)
    expect(read(composeService({ state: exited })).isRunning).toBe(false)
  })

  test('may start first where two copies can run at once', () => {
    const service = composeService({ inspect: { ...network, Config: { Healthcheck: check } } })

    expect(read(service)).toMatchObject({ noStartFirst: null, suggestedOrder: { order: 'start-first' } })
  })

  test.each(['web', 'my-shop-web-1', 'shop-web'])('never starts first under the container name %s', (name) => {
    const service = composeService({ name, inspect: { ...network, Config: { Healthcheck: check } } })

    expect(read(service)).toMatchObject({
      noStartFirst: `its file gives it the container name ${name}`,
      suggestedOrder: { order: 'stop-first', why: `its file gives it the container name ${name}` },
    })
  })

  test.each(['shop-web-1', 'shop_web_1', '0123456789ab_shop-web-1'])('%s is a name that Compose gave', (name) => {
    expect(read(composeService({ name })).noStartFirst).toBeNull()
  })

  test('never starts first with services that live in its container', () => {
    const sidecar = composeService({
      service: 'sidecar',
      inspect: { HostConfig: { NetworkMode: 'container:shop-web-1-id' } },
    })

    expect(read(composeService(), [sidecar]).noStartFirst).toBe('sidecar live in its container')
  })

  test('comes after what it depends on and what it lives in, each once', () => {
    const web = composeService()
    const worker = composeService({
      service: 'worker',
      labels: composeLabels({ depends_on: 'web:service_started:false,db:service_healthy:false' }),
      inspect: { HostConfig: { NetworkMode: 'container:shop-web-1-id' } },
    })

    expect(read(worker, [web]).after).toEqual(['local/compose/shop/db', 'local/compose/shop/web'])
    expect(read(web, [worker]).after).toEqual([])
  })
})
