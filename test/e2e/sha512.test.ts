import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import type { PassingRegistry } from './stage/passing-registry.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { nameBySha512 } from './stage/sha512-registry.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('images that a registry names by sha512', ({ registryAddress }) => {
  let scene: Scene
  let registry: PassingRegistry
  beforeAll(async () => {
    registry = await nameBySha512(registryAddress)
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await scene?.close()
    await registry?.close()
  })

  const allow = (sha512: boolean) =>
    scene.configure({ defaults: { gate: { minUptime: '1s' } }, registries: [{ host: registry.address, sha512 }] })

  test('are refused where nobody allowed it, and rolled out on the engine where somebody did', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    allow(false)

    expect((await pass(scene)).workloads).toMatchObject([{ id: web.id, state: 'unknown', code: 'DIGEST_REFUSED' }])

    allow(true)
    expect((await pass(scene)).workloads).toMatchObject([{ id: web.id, state: 'current' }])

    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const { rollouts } = await pass(scene)
    expect(rollouts).toMatchObject([
      { outcome: 'succeeded', toDigest: expect.stringMatching(/^sha512:[0-9a-f]{128}$/) },
    ])
    expect((await web.inspect()).Image).toBe(v2.configDigest)

    expect(await pass(scene)).toMatchObject({ workloads: [{ state: 'current' }], rollouts: [] })
  })
})
