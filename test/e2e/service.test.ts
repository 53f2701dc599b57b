import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, status } from './stage/answers.ts'
import { waitsForEnds } from './stage/gates.ts'
import type { RunningLongshore } from './stage/longshore.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('the service', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const poll = (pollInterval: string, more: Readonly<Record<string, unknown>> = {}) =>
    scene.configure({
      ...more,
      pollInterval,
      defaults: { gate: { minUptime: '1s' }, keepOld: '0s' },
      log: { format: 'json' },
    })

  /** Lines of the log about a workload with such a code or outcome. */
  const told = (service: RunningLongshore, { id }: StagedWorkload, word: string) =>
    service
      .log()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { workload?: string; code?: string; outcome?: string }) // our own log
      .filter((line) => line.workload === id && (line.code === word || line.outcome === word))

  const untilTold = (service: RunningLongshore, web: StagedWorkload, word: string) =>
    waitUntil(`${word} is told`, () => told(service, web, word).length > 0)

  const runs = (web: StagedWorkload, image: string) =>
    waitUntil(`${web.name} runs the new image`, async () => {
      const found = await web.inspect()
      return found.Image === image && found.State.Status === 'running' && (await scene.containers()).length === 1
    })

  test('notices a container at once, and follows its image at the next poll', async () => {
    poll('10s')
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    const service = scene.start('run')
    await waitUntil('it runs', () => service.log() !== '')

    await web.start()

    const startedAt = performance.now()
    await untilTold(service, web, 'CURRENT')
    expect(performance.now() - startedAt).toBeLessThan(5_000)

    const v2 = await web.push({ version: 'v2', healthcheck: false })
    await runs(web, v2.configDigest)
    await waitUntil('it has looked again', () => told(service, web, 'CURRENT').length === 2)
    expect(told(service, web, 'succeeded')).toHaveLength(1)
    expect(await service.stop()).toBe(0)
    expect(about(await status(scene), web)).toMatchObject({ state: 'current', candidate: v2.digest })
  })

  test('follows on return what was pushed while it was away', async () => {
    poll('1h')
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const first = scene.start('run')
    await untilTold(first, web, 'CURRENT')
    expect(await first.stop()).toBe(0)
    const v2 = await web.push({ version: 'v2', healthcheck: false })

    const second = scene.start('run')

    await runs(web, v2.configDigest)
    expect(await second.stop()).toBe(0)
  })

  test('goes back by itself, waits for the next version, and tells Prometheus of it', async () => {
    const port = await freePort()
    poll('10s', { metrics: { port } })
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start(...waitsForEnds)
    const before = await web.inspect()
    await web.push({ version: 'v2', behaviour: 'exits', healthcheck: false })
    const service = scene.start('run')

    await untilTold(service, web, 'QUARANTINED')

    expect((await web.inspect()).Id).toBe(before.Id)
    const v3 = await web.push({ version: 'v3', healthcheck: false })
    await runs(web, v3.configDigest)
    expect(told(service, web, 'rolled-back')).toHaveLength(1)
    const isTold = [
      'longshore_held 0',
      'longshore_workloads{target="local",state="current"} 1',
      'longshore_rollouts_total{target="local",outcome="rolled-back"} 1',
      'longshore_rollouts_total{target="local",outcome="succeeded"} 1',
      `longshore_registry_requests_total{host="${registryAddress}",method="HEAD",status="304"}`,
    ]
    await waitUntil('all of it is told', async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return isTold.every((line) => text.includes(`\n${line}`))
    })
    expect(await service.stop()).toBe(0)
  })
})
