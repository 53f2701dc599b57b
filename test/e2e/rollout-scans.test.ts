import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { retag } from '../services/push.ts'
import { describeWithServices } from '../services/shared.ts'
import { about, pass } from './stage/answers.ts'
import { countRequests, type CountingRegistry } from './stage/counting-registry.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('what the registry is asked', ({ registryAddress }) => {
  let registry: CountingRegistry
  let scene: Scene
  beforeAll(async () => {
    registry = await countRequests(registryAddress)
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await scene?.close()
    await registry?.close()
  })

  const look = ({ name }: StagedWorkload) => `HEAD /v2/${name}/manifests/latest`
  const stage = (prefix?: string) => stageWorkload(scene, registry, prefix)

  test('is one look, and nothing is done, while the tag names what runs', async () => {
    const web = stage()
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const before = await web.inspect()

    for (const _ of ['cold', 'warm']) {
      registry.forget()
      const answer = await pass(scene)

      expect(registry.requests).toEqual([look(web)])
      expect(answer).toMatchObject({ code: 0, rollouts: [] })
      expect(about(answer, web)).toMatchObject({ state: 'current', candidate: v1.digest })
    }
    await web.push({ version: 'v1', healthcheck: false })
    expect((await pass(scene)).rollouts).toEqual([])
    expect((await web.inspect()).State.StartedAt).toBe(before.State.StartedAt)
  })

  test('is one look for all workloads of an image, and all of them follow it', async () => {
    const web = stage()
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const second = `${web.name}-too`
    await scene.docker('run', '--detach', '--name', second, '--label', 'longshore.watch=true', web.image)
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    registry.forget()

    const { code, rollouts } = await pass(scene)

    expect(registry.requests.filter((each) => each === look(web))).toHaveLength(1)
    expect(code).toBe(0)
    expect(rollouts.map((each) => each.workload).toSorted()).toEqual([web.id, `${web.id}-too`])
    expect(rollouts.map((each) => each.outcome)).toEqual(['succeeded', 'succeeded'])
    for (const name of [web.name, second]) expect((await scene.inspect(name)).Image).toBe(v2.configDigest)
  })

  test('is a second look where the tag names an earlier digest again, which is then followed', async () => {
    const web = stage()
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await retag(registry, web.name, 'latest', 'first')
    await web.start()
    await pass(scene)
    await web.push({ version: 'v2', healthcheck: false })
    await pass(scene)
    await retag(registry, web.name, 'first', 'latest')
    registry.forget()

    const { rollouts } = await pass(scene)

    expect(registry.requests.filter((each) => each === look(web))).toHaveLength(2)
    expect(rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: v1.digest }])
    expect((await web.inspect()).Image).toBe(v1.configDigest)
    expect(about(await pass(scene), web).state).toBe('current')
  })
})
