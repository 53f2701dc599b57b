import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { pass } from './stage/answers.ts'
import { holdableRegistry, type HeldRegistry } from './stage/held-registry.ts'
import { at, crash } from './stage/moments.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** Where an engine that goes away hurts most, in both orders. */
const moments: readonly { readonly when: string; readonly phase: 'before' | 'after'; readonly effect: EffectKind }[] = [
  { when: 'between stop and start', phase: 'after', effect: 'stop-old' },
  { when: 'during the gate', phase: 'after', effect: 'start-new' },
  { when: 'before the new version is armed', phase: 'before', effect: 'arm-new' },
]

describeWithServices('an engine that goes away in the middle of a rollout', ({ registryAddress }) => {
  let registry: HeldRegistry
  let scene: Scene
  beforeAll(async () => {
    registry = await holdableRegistry(registryAddress)
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await scene?.close()
    await registry?.close()
  })

  /** Version 1 runs, version 2 is pushed. */
  async function stageChange(): Promise<{ readonly web: StagedWorkload; readonly port: number }> {
    const web = stageWorkload(scene, registry)
    const port = await freePort()
    await web.push({ version: 'v1', healthcheck: false })
    // An engine that crashed does not bring back what is to run `unless-stopped`: it takes its own stop for a person's.
    await web.start('--restart', 'always', '--publish', `127.0.0.1:${port}:8080`)
    await web.push({ version: 'v2', healthcheck: false })
    return { web, port }
  }

  async function expectOnly(web: StagedWorkload, port: number, version: 'v1' | 'v2'): Promise<void> {
    expect(await readPage(port)).toBe(version)
    const { HostConfig, State } = await web.inspect()
    expect({ policy: HostConfig.RestartPolicy.Name, status: State.Status }).toEqual({
      policy: 'always',
      status: 'running',
    })
    const running = await scene.docker('ps', '--format', '{{.Names}}')
    expect(running).toBe(web.name)
  }

  describe.each(['run --once', 'run'])('%s', (command) => {
    test.each(moments)('goes on when it was killed $when', async ({ phase, effect }) => {
      const { web, port } = await stageChange()
      const killed = Promise.withResolvers<void>()
      const running = scene.observe(
        command.split(' '),
        at(phase, effect, async () => {
          await scene.engine.kill()
          killed.resolve()
        }),
      )
      await killed.promise

      await scene.engine.restart()

      await waitUntil('version 2 stays', () => running.log().includes('succeeded:'), { hopeless: hopeless(running) })
      expect(command === 'run' ? await running.stop() : (await running.ended).code, running.log()).toBe(0)
      await expectOnly(web, port, 'v2')
    })

    test('pulls again when it was killed during the pull', async () => {
      const { web, port } = await stageChange()
      const asked = registry.hold()
      const running = scene.start(...command.split(' '))
      await asked

      await scene.engine.kill()
      registry.release()
      await scene.engine.restart()

      await waitUntil('version 2 stays', () => running.log().includes('succeeded:'), { hopeless: hopeless(running) })
      expect(command === 'run' ? await running.stop() : (await running.ended).code).toBe(0)
      await expectOnly(web, port, 'v2')
    })
  })

  test.each(moments)('goes on when it was restarted $when', async ({ phase, effect }) => {
    const { web, port } = await stageChange()

    const { rollouts } = await pass(
      scene,
      at(phase, effect, () => scene.engine.restart()),
    )

    expect(rollouts).toMatchObject([{ outcome: 'succeeded' }])
    await expectOnly(web, port, 'v2')
  })

  test.each(moments)('goes on after both it and longshore were killed $when', async ({ phase, effect }) => {
    const { web, port } = await stageChange()
    const running = scene.observe(
      ['run', '--once'],
      at(phase, effect, async (self) => {
        crash(self)
        await scene.engine.kill()
      }),
    )
    await running.ended
    await scene.engine.restart()

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'succeeded' }])
    await expectOnly(web, port, 'v2')
  })

  function hopeless(running: ReturnType<Scene['start']>): () => Error | undefined {
    let isEnded = false
    void running.ended.then(() => (isEnded = true))
    return () => (isEnded && !running.log().includes('succeeded:') ? new Error(running.log()) : undefined)
  }
})
