import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { deleteManifest } from '../services/push.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { about, pass } from './stage/answers.ts'
import { expectServesAgain, expectUntouched } from './stage/expectations.ts'
import type { Moment } from './stage/longshore.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

/** Does something at one moment of a journal, the first time that it comes. */
function at(effect: Moment['effect'], phase: Moment['phase'], work: () => Promise<unknown>) {
  let isDone = false
  return async (moment: Moment): Promise<void> => {
    if (isDone || moment.effect !== effect || moment.phase !== phase) return
    isDone = true
    await work()
  }
}

describeWithServices('a failure of the surroundings', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  test('a manifest deleted before the pull leaves the old one untouched, and the next one is rolled out', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'always')
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2', healthcheck: false })

    const failed = await pass(
      scene,
      at('pull', 'before', () => deleteManifest(registry, web.name, v2.digest)),
    )

    expect(failed.code).toBe(1)
    expect(failed.rollouts).toMatchObject([{ outcome: 'failed', code: 'TARGET_PULL_FAILED' }])
    await expectUntouched(scene, web, before)

    const v3 = await web.push({ version: 'v3', healthcheck: false })
    const next = await pass(scene)

    expect(next.rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: v3.digest }])
  })

  test('a port taken for a moment brings the old one back, and the next pass tries again', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    const port = await freePort()
    await web.start('--restart', 'unless-stopped', '--publish', `127.0.0.1:${port}:8080`)
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const thief = uniqueName('thief')
    const steal = at('stop-old', 'after', () =>
      scene.docker('run', '--detach', '--name', thief, '--publish', `127.0.0.1:${port}:8080`, before.Image),
    )
    const leave = at('start-old', 'before', () => scene.docker('rm', '--force', thief))

    const failed = await pass(scene, async (moment) => {
      await steal(moment)
      await leave(moment)
    })

    expect(failed.code).toBe(1)
    expect(failed.rollouts).toMatchObject([{ outcome: 'failed', code: 'TARGET_CONFLICT' }])
    expect(failed.rollouts[0]?.reason).toContain('port is already allocated')
    expect(about(failed, web).code).not.toBe('QUARANTINED')
    await expectServesAgain(scene, web, before)
    expect(await readPage(port)).toBe('v1')

    const again = await pass(scene)

    expect(again.rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: v2.digest }])
    expect(await readPage(port)).toBe('v2')
  })

  test('a name that is taken is met while the old one still runs', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const taken = `${web.name}.longshore-next`
    await scene.docker('create', '--name', taken, before.Image)

    const failed = await pass(scene)

    expect(failed.code).toBe(1)
    expect(failed.rollouts).toMatchObject([{ outcome: 'failed' }])
    expect(await scene.containers()).toEqual([web.name, taken])
    await scene.docker('rm', taken)
    await expectUntouched(scene, web, before)
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', toDigest: v2.digest }])
  })

  test('a network that is gone is met while the old one still runs', async () => {
    const web = stageWorkload(scene, registry)
    const network = uniqueName('network')
    await scene.docker('network', 'create', network)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--network', network)
    const before = await web.inspect()
    await web.push({ version: 'v2', healthcheck: false })

    const failed = await pass(
      scene,
      at('create', 'before', async () => {
        await scene.docker('network', 'disconnect', '--force', network, web.name)
        await scene.docker('network', 'rm', network)
      }),
    )

    expect(failed.rollouts).toMatchObject([{ outcome: 'failed' }])
    expect(about(failed, web).code).not.toBe('QUARANTINED')
    await expectServesAgain(scene, web, before)
  })
})
