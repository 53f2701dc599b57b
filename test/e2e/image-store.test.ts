import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { pass, plan } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

/** The store of new engines: an image's id there is the digest of its index or manifest, not of its configuration. */
describeWithServices("an engine with containerd's image store", ({ registryAddress }) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene({ features: { 'containerd-snapshotter': true } })
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  test.each([
    { what: 'a manifest', kind: {} },
    { what: 'an index', kind: { platforms: ['linux/amd64', 'linux/arm64'], attestation: true } },
  ])('follows a tag that names $what, goes back from a bad version, and clears up', async ({ kind }) => {
    const web = stageWorkload(scene, { address: registryAddress })
    scene.configure({ defaults: { gate: { stable: '1s', minUptime: '1s', deadline: '20s' }, keepOld: '0s' } })
    const v1 = await web.push({ version: 'v1', ...kind })
    await web.start('--restart', 'always')
    expect(await pass(scene)).toMatchObject({ code: 0, rollouts: [], workloads: [{ state: 'current' }] })

    const v2 = await web.push({ version: 'v2', ...kind })
    expect((await plan(scene)).workloads).toMatchObject([{ candidate: v2.digest, rollout: { order: 'stop-first' } }])
    expect(await pass(scene)).toMatchObject({ code: 0, rollouts: [{ outcome: 'succeeded' }] })
    expect((await web.inspect()).Image).toBe(v2.digest)

    const bad = await web.push({ version: 'v3', behaviour: 'exits', ...kind })
    expect(await pass(scene)).toMatchObject({ code: 1, rollouts: [{ outcome: 'rolled-back', toDigest: bad.digest }] })
    expect((await web.inspect()).Image).toBe(v2.digest)
    expect(await web.taggedImage()).toBe(v2.digest)

    const v4 = await web.push({ version: 'v4', ...kind })
    expect(await pass(scene)).toMatchObject({ code: 0, rollouts: [{ outcome: 'succeeded' }] })
    expect(await pass(scene)).toMatchObject({ code: 0, rollouts: [], workloads: [{ state: 'current' }] })
    const images = await scene.docker('images', '--all', '--no-trunc', '--quiet')
    expect(images).toContain(v4.digest)
    expect(images).toContain(v2.digest)
    expect(images).not.toContain(bad.digest)
    expect(images).not.toContain(v1.digest)
  })
})
