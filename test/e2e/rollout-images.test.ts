import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { PushedImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import { waitsForEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('images on the engine', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const keepImages = (count: number) =>
    scene.configure({ defaults: { gate: { minUptime: '1s' }, keepOld: '0s', keepImages: count } })

  const imageIds = async (): Promise<readonly string[]> =>
    (await scene.docker('images', '--all', '--quiet', '--no-trunc')).split('\n')

  async function rollOut(web: StagedWorkload, version: string): Promise<PushedImage> {
    const image = await web.push({ version, healthcheck: false })
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: image.digest }])
    return image
  }

  test('stay as long as they are among the latest superseded ones, and others are left alone', async () => {
    keepImages(1)
    const [web, other] = [stageWorkload(scene, registry), stageWorkload(scene, registry, 'other')]
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const othersFirst = await other.push({ version: 'v1', healthcheck: false })
    await scene.docker('pull', '--quiet', other.image)
    await other.push({ version: 'v2', healthcheck: false })
    await scene.docker('pull', '--quiet', other.image)

    const v2 = await rollOut(web, 'v2')

    expect(await imageIds()).toEqual(expect.arrayContaining([v1, v2].map((each) => each.configDigest)))

    const v3 = await rollOut(web, 'v3')

    const left = await imageIds()
    expect(left).toEqual(expect.arrayContaining([v2, v3, othersFirst].map((each) => each.configDigest)))
    expect(left).not.toContain(v1.configDigest)
  })

  test('go at once where none is to be kept, but not while somebody tagged them or runs them', async () => {
    keepImages(0)
    const web = stageWorkload(scene, registry)
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    await scene.docker('tag', web.image, 'mine:1')
    const v2 = await rollOut(web, 'v2')
    await scene.docker('create', '--name', 'somebody', web.image)
    const v3 = await rollOut(web, 'v3')

    const v4 = await rollOut(web, 'v4')

    const left = await imageIds()
    expect(left).toEqual(expect.arrayContaining([v1, v2, v4].map((each) => each.configDigest)))
    expect(left).not.toContain(v3.configDigest)
    expect(await scene.docker('image', 'inspect', '--format', '{{.Id}}', 'mine:1')).toBe(v1.configDigest)
  })

  test('of a bad version go when it has gone back, and the tag names the old one again', async () => {
    keepImages(1)
    const web = stageWorkload(scene, registry)
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start(...waitsForEnds)
    const v2 = await web.push({ version: 'v2', behaviour: 'exits', healthcheck: false })

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'rolled-back' }])

    expect(await imageIds()).toContain(v1.configDigest)
    expect(await imageIds()).not.toContain(v2.configDigest)
    expect(await web.taggedImage()).toBe(v1.configDigest)
  })
})
