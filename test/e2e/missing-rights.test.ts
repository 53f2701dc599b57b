import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { startAllowListProxy, type AllowListProxy } from './stage/allow-list-proxy.ts'
import type { PassAnswer } from './stage/answers.ts'
import { at } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('behind a proxy that lacks a right', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let proxy: AllowListProxy
  beforeAll(async () => {
    scene = await openScene()
    proxy = await startAllowListProxy(scene.engine.host)
  })
  afterEach(async () => {
    proxy.deny(null)
    await scene.reset()
  })
  afterAll(async () => {
    await proxy?.close()
    await scene?.close()
  })

  async function stage(order: 'stop-first' | 'start-first') {
    scene.configure({ targets: [{ name: 'local', host: proxy.host }] })
    const web = stageWorkload(scene, registry)
    const isSecondBeside = order === 'start-first'
    const network = uniqueName('network')
    await scene.docker('network', 'create', network)
    await web.push({ version: 'v1', healthcheck: isSecondBeside })
    await web.start('--restart', 'always', ...(isSecondBeside ? ['--network', network] : []))
    const isReady = async () => !isSecondBeside || (await web.inspect()).State.Health?.Status === 'healthy'
    await waitUntil('version 1 is ready', isReady)
    const { configDigest } = await web.push({ version: 'v2', healthcheck: isSecondBeside })
    return { web, configDigest, before: await web.inspect() }
  }

  const pass = async (): Promise<PassAnswer> =>
    JSON.parse((await scene.run('run', '--once', '--output', 'json')).stdout)

  test.each([
    ['stop-first', 'POST /images/create', 'IMAGES=1 and POST=1'],
    ['stop-first', 'POST /containers/create', 'CONTAINERS=1 and POST=1'],
    ['stop-first', 'POST /containers/{id}/stop', 'CONTAINERS=1 and POST=1'],
    ['stop-first', 'POST /containers/{id}/update', 'CONTAINERS=1 and POST=1'],
    ['stop-first', 'DELETE /containers/{id}', 'CONTAINERS=1, POST=1 and DELETE=1'],
    ['start-first', 'POST /networks/{id}/connect', 'NETWORKS=1 and POST=1'],
  ] as const)(
    '%s: without %s the old version is not touched, and the right is named',
    async (order, right, missing) => {
      const { web, before } = await stage(order)
      proxy.deny(right)

      const [rollout] = (await pass()).rollouts

      expect(rollout).toMatchObject({ outcome: 'failed', code: 'TARGET_FORBIDDEN' })
      expect(rollout?.reason).toContain(`the proxy at ${proxy.host} refuses ${right.split('{')[0]}`)
      expect(rollout?.reason).toMatch(new RegExp(`: give it ${missing}$`))
      expect(await web.inspect()).toMatchObject({
        Id: before.Id,
        State: { Status: 'running', StartedAt: before.State.StartedAt },
        HostConfig: { RestartPolicy: { Name: 'always' } },
      })
      expect(await scene.containers()).toEqual([web.name])
    },
  )

  test.each(['GET /containers/json', 'GET /images/{image}/json'])(
    'without %s nothing is looked at, and the right is named',
    async (right) => {
      await stage('stop-first')
      proxy.deny(right)

      const { failures, rollouts } = await pass()

      expect(rollouts).toEqual([])
      expect(failures).toMatchObject([{ code: 'TARGET_FORBIDDEN', message: expect.stringContaining(': give it ') }])
    },
  )

  test('that is taken away in the middle, the old version comes back', async () => {
    const { web, before } = await stage('stop-first')
    const take = () => proxy.deny('POST /containers/{id}/rename')

    const { stdout } = await scene.observe(['run', '--once', '--output', 'json'], at('before', 'disarm-old', take))
      .ended

    const [rollout] = (JSON.parse(stdout) as PassAnswer).rollouts
    expect(rollout).toMatchObject({ outcome: 'failed', code: 'TARGET_FORBIDDEN' })
    expect(await web.inspect()).toMatchObject({
      Id: before.Id,
      State: { Status: 'running' },
      HostConfig: { RestartPolicy: { Name: 'always' } },
    })
  })
})
