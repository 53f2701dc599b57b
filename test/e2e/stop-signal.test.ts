import { performance } from 'node:perf_hooks'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import { holdableRegistry, type HeldRegistry } from './stage/held-registry.ts'
import { at } from './stage/moments.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

/** What an engine gives a container to end by itself. */
const patienceMs = 10_000

interface Moment {
  readonly when: string
  readonly phase: 'before' | 'after'
  readonly effect: EffectKind
  readonly behaviour?: 'unhealthy'
  /** What serves when the process has ended. */
  readonly serves: 'v1' | 'v2'
}

const moments: readonly Moment[] = [
  { when: 'before anything was touched', phase: 'after', effect: 'create', serves: 'v1' },
  { when: 'between stop and start', phase: 'after', effect: 'stop-old', serves: 'v2' },
  { when: 'as the gate begins', phase: 'after', effect: 'start-new', serves: 'v2' },
  { when: 'once the gate has passed', phase: 'before', effect: 'arm-new', serves: 'v2' },
  { when: 'on the way back', phase: 'after', effect: 'stop-new', behaviour: 'unhealthy', serves: 'v1' },
]

describeWithServices('SIGTERM in the middle of a rollout', ({ registryAddress }) => {
  let registry: HeldRegistry
  let scene: Scene
  beforeAll(async () => {
    registry = await holdableRegistry(registryAddress)
    scene = await openScene()
  })
  afterEach(async () => {
    registry.release()
    await scene.reset()
  })
  afterAll(async () => {
    await scene?.close()
    await registry?.close()
  })

  async function stageChange(behaviour: 'healthy' | 'unhealthy' = 'healthy') {
    const web = stageWorkload(scene, registry)
    const port = await freePort()
    await web.push({ version: 'v1' })
    await web.start('--restart', 'unless-stopped', '--publish', `127.0.0.1:${port}:8080`)
    await web.push({ version: 'v2', behaviour })
    return { web, port }
  }

  test.each(moments)('ends it in time $when, a version serves, and the next start goes on', async (moment) => {
    const { phase, effect, behaviour, serves } = moment
    const { web, port } = await stageChange(behaviour)
    let askedAt = 0
    const running = scene.observe(
      ['run'],
      at(phase, effect, (self) => {
        askedAt = performance.now()
        self.kill('SIGTERM')
      }),
    )

    expect((await running.ended).code, running.log()).toBe(0)

    expect(performance.now() - askedAt).toBeLessThan(patienceMs)
    expect(await readPage(port)).toBe(serves)
    await pass(scene)
    expect(await readPage(port)).toBe(behaviour === 'unhealthy' ? 'v1' : 'v2')
    expect((await web.inspect()).HostConfig.RestartPolicy.Name).toBe('unless-stopped')
  })

  test('ends it in time during a pull that hangs', async () => {
    const { port } = await stageChange()
    const asked = registry.hold()
    const running = scene.start('run')
    await asked

    const askedAt = performance.now()
    expect(await running.stop(), running.log()).toBe(0)

    expect(performance.now() - askedAt).toBeLessThan(patienceMs)
    expect(await readPage(port)).toBe('v1')
    registry.release()
    await pass(scene)
    expect(await readPage(port)).toBe('v2')
  })

  test('ends a pass too, which says that it was cut off, and the next one goes on', async () => {
    const { port } = await stageChange()

    const first = await pass(
      scene,
      at('after', 'start-new', (self) => self.kill('SIGTERM')),
    )

    expect(first).toMatchObject({
      code: 1,
      rollouts: [{ outcome: null, stage: 'forward' }],
      failures: [{ code: 'ABORTED' }],
    })
    expect(await pass(scene)).toMatchObject({ code: 0, rollouts: [{ outcome: 'succeeded' }] })
    expect(await readPage(port)).toBe('v2')
  })
})
