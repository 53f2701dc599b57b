import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { about, history, pass, plan, status } from './stage/answers.ts'
import { countRequests, type CountingRegistry } from './stage/counting-registry.ts'
import { waitsForEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('reports', ({ registryAddress }) => {
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

  /** All that a plan could have changed: the engine's containers and images, and each file of the state. */
  async function everything() {
    const ids = (await scene.docker('ps', '--all', '--quiet', '--no-trunc')).split('\n')
    // SQLite's index of its log holds no data, and whoever reads makes one; the log itself has to stay empty.
    const found = readdirSync(scene.stateFolder, { recursive: true, withFileTypes: true })
    const files = found
      .filter((each) => each.isFile() && !each.name.endsWith('-shm'))
      .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }))
    return {
      containers: await scene.docker('inspect', ...ids),
      images: await scene.docker('images', '--all', '--digests', '--no-trunc'),
      files: files
        .filter(({ bytes }) => bytes.length > 0)
        .map(({ name, bytes }) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`)
        .toSorted(),
    }
  }

  test('a plan tells what a pass would do, and changes nothing', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    await pass(scene)
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const before = await everything()
    registry.forget()

    const first = await plan(scene)
    const second = await plan(scene)
    const withCode = await scene.run('plan', '--exit-code')

    expect(about(first, web)).toMatchObject({
      state: 'outdated',
      code: 'DIGEST_MOVED',
      candidate: v2.digest,
      rollout: { order: 'stop-first' },
    })
    expect(second).toEqual(first)
    expect(withCode.code).toBe(1)
    expect(withCode.stdout).toContain('1 rollout would begin.')
    expect((await scene.run('plan')).code).toBe(0)
    expect(await everything()).toEqual(before)
    expect(registry.requests.filter((each) => !/^(GET|HEAD) /.test(each))).toEqual([])

    await pass(scene)
    expect(await scene.run('plan', '--exit-code')).toMatchObject({ code: 0 })
  })

  test('a plan needs no state, and leaves none behind', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()

    expect(about(await plan(scene), web)).toMatchObject({ state: 'current', rollout: null })
    expect(() => readdirSync(scene.stateFolder)).toThrow('ENOENT')
  })

  test('status and history tell what happened, and why', async () => {
    const web = stageWorkload(scene, registry)
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start(...waitsForEnds)
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    await pass(scene)
    const v3 = await web.push({ version: 'v3', behaviour: 'exits', healthcheck: false })
    await pass(scene)

    const now = about(await status(scene), web)
    const [held, back, backStarted, good, goodStarted, ...rest] = await history(scene)

    expect(now).toMatchObject({ state: 'held', code: 'QUARANTINED', digest: v2.digest, candidate: v3.digest })
    expect(now.reason).toContain('exit code 1')
    const toSecond = { workload: web.id, fromDigest: v1.digest, toDigest: v2.digest }
    const toThird = { workload: web.id, fromDigest: v2.digest, toDigest: v3.digest }
    expect(goodStarted).toMatchObject({ kind: 'rollout-started', ...toSecond })
    expect(good).toMatchObject({ kind: 'rollout-ended', outcome: 'succeeded', ...toSecond })
    expect(good?.gapMs).toBeGreaterThan(0)
    expect(good?.journal?.map(({ step }) => step).filter((step, at, all) => step !== all[at - 1])).toEqual([
      'J0',
      'J1',
      'J2',
      'J3',
      'J4',
      'J5',
      'J6',
      'J7',
      'J8',
    ])
    expect(backStarted).toMatchObject({ kind: 'rollout-started', ...toThird })
    expect(back).toMatchObject({ kind: 'rollout-ended', outcome: 'rolled-back', ...toThird })
    expect(back?.logTail).toContain('cannot go on')
    expect(held).toMatchObject({ kind: 'held', code: 'QUARANTINED', workload: web.id, toDigest: v3.digest })
    expect(rest).toEqual([])

    const text = (await scene.run('history', web.name)).stdout
    expect(text).toMatch(/rolled-back .* it ended with exit code 1/)
    expect((await scene.run('status')).stdout).toContain(web.id)
  })
})
